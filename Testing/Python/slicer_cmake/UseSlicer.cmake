# CMake/UseSlicer.cmake.in: the files of the package are checked, testing is on, the macros are there.
foreach(file LICENSE README)
  if(NOT DEFINED EXTENSION_${file}_FILE)
    message(FATAL_ERROR "EXTENSION_${file}_FILE is not set before Slicer_USE_FILE: the package would carry Slicer's own")
  endif()
  if(NOT EXISTS ${EXTENSION_${file}_FILE})
    message(FATAL_ERROR "EXTENSION_${file}_FILE does not exist: ${EXTENSION_${file}_FILE}")
  endif()
endforeach()
include(CTest)
set(Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR ${Slicer_QTSCRIPTEDMODULES_LIB_DIR})

# CMake/SlicerMacroBuildScriptedModule.cmake: an unknown keyword or a file that does not exist is fatal.
# commontk/CTK CMake/ctkMacroCompilePythonScript.cmake: what is listed is copied, and that folder installed.
macro(slicerMacroBuildScriptedModule)
  cmake_parse_arguments(MY_SLICER "WITH_GENERIC_TESTS;WITH_SUBDIR;VERBOSE" "NAME" "SCRIPTS;RESOURCES" ${ARGN})
  if(MY_SLICER_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "Unknown keywords: ${MY_SLICER_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT DEFINED MY_SLICER_NAME)
    message(FATAL_ERROR "NAME is mandatory")
  endif()
  set(_copied)
  foreach(_file ${MY_SLICER_SCRIPTS} ${MY_SLICER_RESOURCES})
    if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${_file})
      message(FATAL_ERROR "given nonexistent file or directory '${_file}'")
    endif()
    set(_target ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/${_file})
    add_custom_command(
      OUTPUT ${_target}
      DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${_file}
      COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_SOURCE_DIR}/${_file} ${_target}
      )
    list(APPEND _copied ${_target})
  endforeach()
  add_custom_target(Copy${MY_SLICER_NAME} ALL DEPENDS ${_copied})
  install(DIRECTORY ${CMAKE_BINARY_DIR}/${Slicer_QTSCRIPTEDMODULES_LIB_DIR}/
    DESTINATION ${Slicer_INSTALL_QTSCRIPTEDMODULES_LIB_DIR} COMPONENT RuntimeLibraries)
  if(BUILD_TESTING AND MY_SLICER_WITH_GENERIC_TESTS)
    add_test(NAME py_nomainwindow_qSlicer${MY_SLICER_NAME}ModuleGenericTest COMMAND ${CMAKE_COMMAND} -E true)
  endif()
endmacro()

# CMake/SlicerMacroPythonTesting.cmake: the name comes from the script.
macro(slicer_add_python_unittest)
  cmake_parse_arguments(MY "" "TESTNAME_PREFIX;SCRIPT" "SLICER_ARGS" ${ARGN})
  if(NOT EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/${MY_SCRIPT})
    message(FATAL_ERROR "the test script '${MY_SCRIPT}' does not exist")
  endif()
  get_filename_component(_name ${MY_SCRIPT} NAME_WE)
  add_test(NAME py_${MY_TESTNAME_PREFIX}${_name} COMMAND ${CMAKE_COMMAND} -E true)
endmacro()
