# The benches of the C kernels: each returns 0 only if all was right.
set(TUFT_HLS ${CMAKE_SOURCE_DIR}/fpga/hls)
set(TUFT_TB ${CMAKE_SOURCE_DIR}/fpga/tb)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${TUFT_TB}/benches)
file(STRINGS ${TUFT_TB}/benches benches REGEX "^[a-z]")
foreach(line IN LISTS benches)
  string(REGEX REPLACE " +" ";" line "${line}")
  list(POP_FRONT line name bench kernel)
  string(REPLACE "*" "" name ${name})
  add_executable(fpga_${name} ${TUFT_TB}/${bench} ${TUFT_HLS}/${kernel})
  target_compile_options(fpga_${name} PRIVATE ${line})
  target_include_directories(fpga_${name} PRIVATE ${TUFT_HLS} ${TUFT_TB})
  target_link_libraries(fpga_${name} PRIVATE tuft_flags m)
  add_test(NAME fpga_${name} COMMAND fpga_${name})
  set_tests_properties(fpga_${name} PROPERTIES LABELS fpga)
endforeach()
add_test(NAME fpga_compilers COMMAND ${TUFT_TB}/compilers)
set_tests_properties(fpga_compilers PROPERTIES LABELS "fpga;release")

# The kernel and the emulator on the presets' recordings. Sizes are the presets': 200 cells, or 64
# and up to 128 maps at a position.
foreach(cells 200 128)
  add_executable(fpga_lif_presets_${cells} ${TUFT_TB}/emulator/lif_presets.c
                 ${TUFT_HLS}/lif_reservoir.c)
  target_compile_definitions(fpga_lif_presets_${cells} PRIVATE LIF_CELLS=${cells} LIF_INPUTS=256
    LIF_WEIGHT_BITS=16 LIF_STEPS=4096 LIF_EVENTS=65536 LIF_STEP_EVENTS=4096
    $<$<BOOL:${TUFT_SANITIZE}>:RECORDINGS=1>)
  target_include_directories(fpga_lif_presets_${cells} PRIVATE ${TUFT_HLS})
  target_link_libraries(fpga_lif_presets_${cells} PRIVATE tuft_flags tuft_apps)
endforeach()
foreach(preset lin2025 best)
  foreach(set vision audio)
    string(COMPARE EQUAL ${preset} lin2025 dense)
    if(dense)
      set(cells 200)
    else()
      set(cells 128)
    endif()
    add_test(NAME fpga_${preset}_${set}
             COMMAND fpga_lif_presets_${cells} ${preset} synthetic-${set})
    set_tests_properties(fpga_${preset}_${set} PROPERTIES LABELS fpga)
  endforeach()
endforeach()
if(EXISTS ${CMAKE_SOURCE_DIR}/../shared/data/n-mnist/Train)
  set(recorded ${CMAKE_SOURCE_DIR}/../shared/data/n-mnist)
  add_test(NAME fpga_lin2025_recorded COMMAND fpga_lif_presets_200 lin2025 n-mnist
           ${recorded}/Train ${recorded}/Test)
  add_test(NAME fpga_best_recorded COMMAND fpga_lif_presets_128 best n-mnist
           ${recorded}/Train ${recorded}/Test)
  set_tests_properties(fpga_lin2025_recorded fpga_best_recorded PROPERTIES LABELS "fpga;release")
endif()
