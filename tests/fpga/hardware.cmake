# The hand-written RTL against its reference, bit for bit and cycle for cycle, at every lane count:
# one word a row, rows that do not fill their last word, states that meet both ends. Columns: lanes,
# inputs, cells, weight bits, state bits, input shift, cell shift, steps,
# random samples. Skipped without Verilator.
add_executable(fpga_vectors ${CMAKE_SOURCE_DIR}/fpga/tb/rtl/vectors.c)
target_link_libraries(fpga_vectors PRIVATE tuft_flags tuft)
foreach(shape "1 12 9 16 24 0 0 6 20" "4 16 22 8 12 0 1 8 30" "16 24 13 4 14 3 0 10 30"
        "64 24 120 8 16 0 0 10 10")
  string(REPLACE " " ";" shape "${shape}")
  list(GET shape 0 lanes)
  add_test(NAME fpga_rtl_${lanes} COMMAND ${CMAKE_SOURCE_DIR}/fpga/tb/rtl/run
           $<TARGET_FILE:fpga_vectors> ${CMAKE_BINARY_DIR}/fpga_rtl/${lanes} ${shape})
  set_tests_properties(fpga_rtl_${lanes} PROPERTIES LABELS "fpga;release" SKIP_RETURN_CODE 77)
endforeach()

# What yosys maps of a small one stays within the bands of the table.
add_test(NAME fpga_utilisation COMMAND ${CMAKE_SOURCE_DIR}/fpga/rtl/test)
set_tests_properties(fpga_utilisation PROPERTIES LABELS "fpga;release" SKIP_RETURN_CODE 77)

# The gate refuses by name what HLS tools do not take, and lets pass what they do.
add_test(NAME fpga_gate COMMAND ${CMAKE_SOURCE_DIR}/fpga/gate/test)
set_tests_properties(fpga_gate PROPERTIES LABELS "fpga;release" SKIP_RETURN_CODE 77)

add_test(NAME fpga_project COMMAND ${CMAKE_SOURCE_DIR}/fpga/project/test)
set_tests_properties(fpga_project PROPERTIES LABELS "fpga;release")

# Every kernel is within the rules.
file(GLOB kernels CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/fpga/hls/*.c)
if(kernels)
  add_test(NAME fpga_gate_kernels COMMAND ${CMAKE_SOURCE_DIR}/fpga/gate/gate
           -I${CMAKE_SOURCE_DIR}/fpga/hls ${kernels})
  set_tests_properties(fpga_gate_kernels PROPERTIES LABELS "fpga;release" SKIP_RETURN_CODE 77)
endif()
