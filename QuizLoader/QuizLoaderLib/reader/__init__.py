"""An open quiz as every host has it: answers, tools, drawings. No widgets, no web page."""
