"""One reader's run of a quiz: the order of its pages, the answers, and the results folder with all of it.

A host (the panel in Slicer, the web page) needs ``session.Session`` only::

    session = Session.open(quiz_path, results_folder, "Dr. Chen")   # SessionError: say it, stop
    show(session.notices)                      # quiz changed, clock set back, ...
    while ...:
        where = session.where()                # show where.page, ask where.question_set
        form.fill(session.answers())           # and grey it where session.locked()
        session.set_draft(2, ("Y", "N"))       # at each change (typed text: after a short pause)
        show(session.save_state().sentence)
        form.show(session.missing())           # plain sentences; empty: Next may be pressed
        missing = session.next()               # or previous(), repeat(), go_to_bookmark()
    missing = session.finish()                 # then session.in_review is True: nothing can change
    session.close()
"""
