# Installed layout: include/tuft/{core,cells,lsm,datasets}/*.h, include/tuft/tuft.h, libtuft,
# a pkg-config file and a CMake package; share/tuft/experiments, share/tuft/profiles.
install(TARGETS tuft EXPORT tuft-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
foreach(header IN LISTS TUFT_HEADERS)
  file(RELATIVE_PATH relative ${CMAKE_SOURCE_DIR} ${header})
  get_filename_component(folder ${relative} DIRECTORY)
  install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tuft/${folder})
endforeach()
install(FILES ${CMAKE_BINARY_DIR}/generated/core/version.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tuft/core)
file(GLOB TUFT_EXPERIMENTS CONFIGURE_DEPENDS apps/experiments/*.json)
install(FILES ${TUFT_EXPERIMENTS} DESTINATION ${CMAKE_INSTALL_DATADIR}/tuft/experiments)
install(FILES ${TUFT_PROFILES} DESTINATION ${CMAKE_INSTALL_DATADIR}/tuft/profiles)
install(FILES tuft.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/tuft)
# The pkg-config file finds its prefix from where it lies, so that an installed tree may move.
file(RELATIVE_PATH TUFT_PREFIX_FROM_PC "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" TUFT_PREFIX_FROM_PC "${TUFT_PREFIX_FROM_PC}")
if(ESPEAK_FOUND)
  set(TUFT_PC_ESPEAK " espeak-ng")
endif()
configure_file(cmake/tuft.pc.in generated/tuft.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/tuft.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(EXPORT tuft-targets NAMESPACE tuft:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tuft)
install(FILES cmake/tuft-config.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/tuft)
