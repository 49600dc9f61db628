"""PySide6 with the manners of PythonQt, by which Slicer's Python reaches Qt, CTK and qMRML.

What differs, and what this module does as PythonQt does (src/PythonQtInstanceWrapper.cpp,
src/PythonQtSignalReceiver.cpp of commontk/PythonQt):

* a property is read and written as an attribute (``label.text = "x"``) and hides the method of its name;
* reading or writing a name that the object does not have is refused, and so is a value of the wrong type;
* a slot gets as many of the signal's arguments as it takes, counted by its code object: a default value
  counts as an argument, and ``functools.partial`` gets them all.

On top of that a name that ``NAMES`` does not list is refused where QuizLoader's own code asks for it.
"""

import enum
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets
from shiboken6 import Shiboken

_REPOSITORY = Path(__file__).resolve().parents[2]
_PRODUCT = (str(_REPOSITORY / "QuizLoader"), str(_REPOSITORY / "Testing" / "QuizLoaderStories"))

NAMES: dict[str, str] = {}
"""``qt.QLabel.text`` and the like, with the source where each was read."""

exceptions: list[BaseException] = []
"""What slots raised: Qt has nobody to hand it to, so the tests look here."""

_namespaces: dict[type, str] = {}


def read_names(path: Path) -> None:
    """Fill NAMES from lines of ``name <two spaces or more> source``; ``#`` begins a comment."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            name, source = re.split(r"\s{2,}", line.strip(), maxsplit=1)
            NAMES[name] = source


def asked_by_product() -> bool:
    """Whether the code that asked (the first frame outside this file) is QuizLoader's own, or a story."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == __file__:
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(_PRODUCT)


def check_listed(name: str) -> None:
    # Who asked takes longer to find.
    if name not in NAMES and asked_by_product():
        raise AttributeError(f"{name} is not in the table of names: read it in Slicer's sources first")


def own_class(class_: type, namespace: str = "slicer") -> type:
    """Make a stand-in widget class known by its namespace, as a decorator."""
    _namespaces[class_] = namespace
    return class_


def wrap(value: Any) -> Any:
    if isinstance(value, Instance | enum.Enum | enum.Flag):
        return value
    if isinstance(value, list | tuple):
        return type(value)(wrap(item) for item in value)
    if isinstance(value, Shiboken.Object):
        return Instance(value)
    return value


def unwrap(value: Any) -> Any:
    if isinstance(value, Instance):
        return value._object
    if isinstance(value, Class):
        return value._class
    if isinstance(value, list | tuple):
        return type(value)(unwrap(item) for item in value)
    return value


def _qualified(class_: type, name: str = "") -> str:
    namespace = _namespaces.get(class_, "qt")
    return f"{namespace}.{class_.__name__}" + (f".{name}" if name else "")


class Instance:
    """An object of Qt, as PythonQt's instance wrapper shows it."""

    __slots__ = ("_object",)

    def __init__(self, wrapped: Any) -> None:
        object.__setattr__(self, "_object", wrapped)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Instance) and self._object == other._object

    def __hash__(self) -> int:
        return hash(self._object)

    def __bool__(self) -> bool:
        return Shiboken.isValid(self._object)

    def __repr__(self) -> str:
        return f"<{type(self._object).__name__} as PythonQt shows it>"

    def __getattr__(self, name: str) -> Any:
        wrapped = self._object
        if not Shiboken.isValid(wrapped):
            raise ValueError(f"Trying to read '{name}' of a destroyed {type(wrapped).__name__} object")
        if name.startswith("__"):
            raise AttributeError(name)
        if isinstance(wrapped, QtCore.QObject):
            meta = wrapped.metaObject()
            if name == "className":
                return meta.className
            if name == "name":
                name = "objectName"
            if qualified := _qualified_property(wrapped, meta, name):
                check_listed(qualified)
                return wrap(wrapped.property(name))
        found = getattr(wrapped, name, None)
        if found is None or name.startswith("_"):
            raise AttributeError(f"{type(wrapped).__name__} has no attribute named '{name}'")
        check_listed(_qualified(_class_of_method(type(wrapped), name), name))
        if isinstance(found, QtCore.SignalInstance):
            return Signal(wrapped, name)
        return _method(found) if callable(found) else wrap(found)

    def __setattr__(self, name: str, value: Any) -> None:
        wrapped = self._object
        type_name = type(wrapped).__name__
        if not isinstance(wrapped, QtCore.QObject):
            raise AttributeError(f"'{name}' cannot be set on {type_name}")
        if name == "name":
            name = "objectName"
        meta = wrapped.metaObject()
        index = meta.indexOfProperty(name)
        if index < 0:
            raise AttributeError(
                f"'{name}' does not exist on {type_name} and creating new attributes on C++ objects"
                " is not allowed"
            )
        check_listed(_qualified_property(wrapped, meta, name))
        if not meta.property(index).isWritable() or not wrapped.setProperty(name, unwrap(value)):
            raise AttributeError(f"Property '{name}' of {type_name} does not accept {value!r}")

    def connect(self, signature: str, slot: Callable[..., Any]) -> bool:
        """PythonQt's older form, ``button.connect("clicked()", f)``, which chooses among overloads."""
        name = signature.split("(")[0]
        check_listed(_qualified(_class_of_method(type(self._object), name), name))
        return Signal(self._object, name, signature).connect(slot)

    def disconnect(self, signature: str, slot: Callable[..., Any]) -> bool:
        return Signal(self._object, signature.split("(")[0], signature).disconnect(slot)


_connections: dict[tuple[int, str], list[tuple[Any, Any]]] = {}


def forget_connections() -> None:
    """When all windows are closed: their widgets, and all that these hold, can go."""
    _connections.clear()


class Signal:
    """A signal of one object; by its name it is the first overload, as in PythonQt."""

    def __init__(self, wrapped: QtCore.QObject, name: str, signature: str = "") -> None:
        self._sender, self._name = wrapped, name
        self._signature = signature or _first_signature(wrapped, name)
        if wrapped.metaObject().indexOfSignal(self._signature) < 0:
            raise ValueError(f"{type(wrapped).__name__} has no signal {self._signature}")

    def connect(self, slot: Callable[..., Any]) -> bool:
        parameters = self._signature[len(self._name) + 1 : -1]
        count = len(parameters.split(",")) if parameters else 0
        accepted = _accepted_arguments(slot)

        def run(arguments: tuple[Any, ...]) -> None:
            try:
                slot(*[wrap(argument) for argument in arguments[:accepted]])
            except Exception as error:  # noqa: BLE001  there is nobody above but Qt
                exceptions.append(error)
                # PythonQt calls PyErr_Print, and that the hook.
                sys.excepthook(type(error), error, error.__traceback__)

        # PySide6 chooses the overload by the number of arguments that the slot takes.
        receivers = (
            lambda: run(()),
            lambda a: run((a,)),
            lambda a, b: run((a, b)),
            lambda a, b, c: run((a, b, c)),
            lambda a, b, c, d: run((a, b, c, d)),
            lambda a, b, c, d, e: run((a, b, c, d, e)),
        )
        receiver = receivers[count]
        self._bound().connect(receiver)
        _connections.setdefault((id(self._sender), self._signature), []).append((slot, receiver))
        return True

    def disconnect(self, slot: Callable[..., Any]) -> bool:
        kept = _connections.get((id(self._sender), self._signature), [])
        for pair in kept:
            if pair[0] == slot:
                self._bound().disconnect(pair[1])
                kept.remove(pair)
                return True
        return False

    def emit(self, *arguments: Any) -> None:
        self._bound().emit(*unwrap(list(arguments)))

    def _bound(self) -> Any:
        return getattr(self._sender, self._name)


class Class:
    """A class of Qt: called it makes an object; its enumerations and static methods are attributes."""

    def __init__(self, class_: type) -> None:
        self._class = class_

    def __call__(self, *arguments: Any) -> Any:
        return wrap(self._class(*unwrap(list(arguments))))

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._class, name)
        check_listed(_qualified(self._class, name))
        if isinstance(found, type) and issubclass(found, enum.Enum):
            return found
        return found if isinstance(found, enum.Enum | int) else _method(found)

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[type]:
        """A class in Python derives from it: its event filter gets objects as PythonQt shows them."""
        base: Any = self._class

        class Shell(base):
            def __init_subclass__(cls) -> None:
                if found := vars(cls).get("eventFilter"):
                    cls.eventFilter = lambda self, *seen: found(self, *map(wrap, seen))

        return (Shell,)

    def __instancecheck__(self, instance: object) -> bool:
        return isinstance(unwrap(instance), self._class)


class Namespace:
    """The modules ``qt`` and ``ctk``: names of classes, each as a Class."""

    def __init__(self, name: str, sources: list[Any]) -> None:
        self.__name__ = name
        self._sources = sources

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        for source in self._sources:
            found = source.get(name) if isinstance(source, dict) else getattr(source, name, None)
            if found is not None:
                check_listed(f"{self.__name__}.{name}")
                return Class(found) if isinstance(found, type) else found
        raise AttributeError(f"module '{self.__name__}' has no attribute '{name}'")


def qt_module(overrides: dict[str, Any]) -> Namespace:
    return Namespace("qt", [overrides, QtCore, QtGui, QtWidgets, QtUiTools])


def _method(found: Any) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        return wrap(found(*unwrap(list(arguments))))

    return call


_properties: dict[tuple[type, str, str], str] = {}


def _qualified_property(wrapped: QtCore.QObject, meta: Any, name: str) -> str:
    """Empty where there is none of that name. Stories ask for some of them ten thousand times."""
    key = (type(wrapped), meta.className(), name)
    found = _properties.get(key)
    if found is None:
        index = meta.indexOfProperty(name)
        while 0 <= index < meta.propertyOffset():
            meta = meta.superClass()
        mro = type(wrapped).__mro__
        found = _qualified(next(c for c in mro if c.__name__ == meta.className()), name) if index >= 0 else ""
        _properties[key] = found
    return found


def _class_of_method(class_: type, name: str) -> type:
    return next(candidate for candidate in class_.__mro__ if name in vars(candidate))


def _first_signature(wrapped: QtCore.QObject, name: str) -> str:
    meta = wrapped.metaObject()
    for index in range(meta.methodCount()):
        method = meta.method(index)
        if method.name().data().decode() == name:
            return method.methodSignature().data().decode()
    raise AttributeError(f"{type(wrapped).__name__} has no signal named '{name}'")


def _accepted_arguments(slot: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt hands over (PythonQtSignalTarget::call); None is all of them."""
    function = slot.__func__ if isinstance(slot, MethodType) else slot
    if not isinstance(function, FunctionType) or function.__code__.co_flags & 0x04:
        return None
    return function.__code__.co_argcount - isinstance(slot, MethodType)
