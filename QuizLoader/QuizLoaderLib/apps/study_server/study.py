"""What a server of many readers serves."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Study:
    """What is served to whom.

    ``address`` is where readers find the server, if it is not ``host`` itself: behind a proxy for HTTPS,
    which is on this machine or has the IP address ``proxy``; ``most`` readers are let in at once, without it
    as many as there is room for; ``idle_s`` until the process of a reader who does nothing ends. ``key`` is a
    file of right answers.
    """

    quizzes: tuple[Path, ...]
    images: Path
    results: Path
    readers: Path
    host: str = "127.0.0.1"
    port: int = 8080
    address: str = ""
    proxy: str = ""
    most: int | None = None
    idle_s: float = 1800.0
    scripts: Path | None = None
    follow_links: bool = False
    key: Path | None = None

    @property
    def proxies(self) -> frozenset[str]:
        """The IP addresses whose word is taken for who asks."""
        if not self.address:
            return frozenset()
        return frozenset(filter(None, ("127.0.0.1", "::1", self.proxy)))

    def without_folders(self, sentence: str) -> str:
        """As a reader may know it: files are named from the folders of the study on."""
        folders = {self.results, self.images, self.scripts, *(quiz.parent for quiz in self.quizzes)} - {None}
        for folder in sorted(map(str, folders), key=len, reverse=True):
            sentence = sentence.replace(folder + os.sep, "").replace(folder, Path(folder).name)
        return sentence
