"""Stories of the module, told in a running Slicer: by ctest, *Reload and Test*, ``--python-code``, and by
pytest on the stand-in.

They ask Slicer for nothing that is not in slicer_names.txt, and Python for nothing that is not
bundled with it.
"""
