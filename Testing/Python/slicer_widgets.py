"""Stand-ins for the widgets of CTK, qMRML and Slicer that QuizLoader uses.

Each offers what its header declares as property, slot, signal or Q_INVOKABLE, for nothing else is seen from
Python, and only the part that QuizLoader uses. The header of each is named in its docstring.
"""

from typing import Any

from PySide6.QtCore import Property, QEvent, QSettings, QSize, Qt, Signal, Slot
from PySide6.QtUiTools import QUiLoader
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QToolButton,
    QWidget,
)
from pythonqt import own_class

BUTTON_HEIGHT = 24


class ctkPathLineEdit(QWidget):
    """commontk/CTK Libs/Widgets/ctkPathLineEdit.h and .cpp."""

    Dirs, Files, Writable = 0x001, 0x002, 0x020
    currentPathChanged = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._combo = QComboBox(self, editable=True)
        self._browse = QToolButton(self, text="...")
        self._browse.setSizePolicy(QSizePolicy.Fixed, QSizePolicy.Ignored)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._combo, 1)
        layout.addWidget(self._browse)
        self._combo.editTextChanged.connect(self.currentPathChanged)
        self._combo.editTextChanged.connect(self.updateGeometry)
        self.setSizePolicy(QSizePolicy.Expanding, QSizePolicy.Fixed)
        self._key, self._filters, self._name_filters = "", self.Dirs | self.Files, [""]

    def sizeHint(self) -> QSize:
        """It asks for as much as its path takes (recomputeSizeHint)."""
        arrow_and_frame = 30
        text = self.fontMetrics().boundingRect(self._combo.currentText()).width() + 8
        width = max(text, 60) + arrow_and_frame + self._browse.minimumSizeHint().width()
        return QSize(width, self._combo.minimumSizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _set_key(self, key: str) -> None:
        """Setting the key shows the newest path of the history (retrieveHistory)."""
        self._key = key
        self._combo.clear()
        self._combo.addItems(self._history())

    def _history(self) -> list[str]:
        kept = QSettings().value(self._key) or []
        return [kept] if isinstance(kept, str) else list(kept)

    @Slot()
    def addCurrentPathToHistory(self) -> None:
        path = self._combo.currentText()
        if path:
            QSettings().setValue(self._key, [path, *[other for other in self._history() if other != path]])

    def _set_filters(self, filters: int) -> None:
        self._filters = filters

    def _set_name_filters(self, filters: list[str]) -> None:
        self._name_filters = filters

    currentPath = Property(
        str, lambda self: self._combo.currentText(), lambda self, p: self._combo.setEditText(p)
    )
    settingKey = Property(str, lambda self: self._key, _set_key)
    filters = Property(int, lambda self: self._filters, _set_filters)
    nameFilters = Property("QStringList", lambda self: self._name_filters, _set_name_filters)


class ctkCollapsibleButton(QAbstractButton):
    """commontk/CTK Libs/Widgets/ctkCollapsibleButton.h and .cpp: the children are seen when it is not
    collapsed, but for those that were hidden (setChildVisibility, eventFilter)."""

    contentsCollapsed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setContentsMargins(0, BUTTON_HEIGHT, 0, 0)
        self.setSizePolicy(QSizePolicy.Minimum, QSizePolicy.Preferred)
        self._collapsed = self._forcing = False
        self.clicked.connect(lambda: self._set_collapsed(not self._collapsed))

    def _set_collapsed(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        self.setMaximumHeight(BUTTON_HEIGHT if collapsed else 16777215)
        self._show_children()
        self.contentsCollapsed.emit(collapsed)

    def _show_children(self) -> None:
        for child in self.findChildren(QWidget, options=Qt.FindDirectChildrenOnly):
            self._show_child(child)

    def _show_child(self, child: QWidget) -> None:
        if not self.testAttribute(Qt.WA_WState_Created):
            return
        self._forcing = True
        is_hidden = child.property("visibilityToParent") is False
        child.setVisible(not self._collapsed and not is_hidden)
        if not is_hidden:
            child.setAttribute(Qt.WA_WState_ExplicitShowHide, False)
        self._forcing = False

    def childEvent(self, event: Any) -> None:
        child = event.child()
        if event.type() == QEvent.ChildAdded and isinstance(child, QWidget):
            is_explicit = child.testAttribute(Qt.WA_WState_ExplicitShowHide)
            if is_explicit and child.testAttribute(Qt.WA_WState_Hidden):
                child.setProperty("visibilityToParent", False)
            child.installEventFilter(self)
            self._show_child(child)
        super().childEvent(event)

    def setVisible(self, visible: bool) -> None:
        was_created = self.testAttribute(Qt.WA_WState_Created)
        self._forcing = True
        super().setVisible(visible)
        self._forcing = False
        if not was_created and self.testAttribute(Qt.WA_WState_Created):
            self._show_children()

    def showEvent(self, event: Any) -> None:
        # Qt calls this class's setVisible in C++ only; a child that its parent shows gets here.
        super().showEvent(event)
        self._show_children()

    def eventFilter(self, child: Any, event: Any) -> bool:
        if not self._forcing and event.type() in (QEvent.ShowToParent, QEvent.HideToParent):
            child.setProperty("visibilityToParent", event.type() == QEvent.ShowToParent)
            if event.type() == QEvent.ShowToParent:
                self._show_child(child)
        return False

    def sizeHint(self) -> Any:
        hint = super().sizeHint() if self.layout() is None else self.layout().totalSizeHint()
        hint.setHeight(BUTTON_HEIGHT if self._collapsed else max(hint.height(), BUTTON_HEIGHT))
        return hint

    def paintEvent(self, _event: Any) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        option.initFrom(self)
        option.rect.setHeight(BUTTON_HEIGHT)
        option.text = ("▸ " if self._collapsed else "▾ ") + self.text()
        painter.drawControl(QStyle.CE_PushButton, option)

    collapsed = Property(bool, lambda self: self._collapsed, _set_collapsed)


@own_class
class qMRMLWidget(QWidget):
    """Slicer/Slicer Libs/MRML/Widgets/qMRMLWidget.h."""

    mrmlSceneChanged = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scene: Any = None

    @Slot()
    def mrmlScene(self) -> Any:
        return self._scene

    @Slot(object)
    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self.mrmlSceneChanged.emit(scene)


class UiLoader(QUiLoader):
    """Knows the stand-ins by the class names of a .ui file, as Slicer's designer plugins do."""

    def __init__(self) -> None:
        super().__init__()
        for class_ in (ctkPathLineEdit, ctkCollapsibleButton, qMRMLWidget):
            self.registerCustomWidget(class_)


own_class(ctkPathLineEdit, "ctk")
own_class(ctkCollapsibleButton, "ctk")

CTK = {"ctkPathLineEdit": ctkPathLineEdit, "ctkCollapsibleButton": ctkCollapsibleButton}
