"""One reader's run of a quiz: the order of its pages, the answers, and the results folder that keeps them.

A host (the panel in Slicer, the web page) needs ``session.Session`` only.
"""
