# CMake/SlicerExtensionGenerateConfig.cmake: nothing for an extension of Python files.
