// LIF reservoir: address events in, spikes and spike counts out. One row of weights is swept per
// event, LANES weights a cycle, without a bubble (initiation interval 1).
//
// A step, for every cell j (all values integers; w signed WEIGHT_BITS, decay_q15 unsigned Q1.15):
//   a_j  = sum of w[e][j] 2^INPUT_SHIFT over the step's events e, and of w[INPUTS+i][j] 2^CELL_SHIFT
//          over the cells i that spiked last step
//   v_j' = clamp((spiked last step ? 0 : (v_j decay_q15 + 2^14) >>> 15) + a_j, STATE_BITS)
//   s_j  = v_j' > threshold;   counts_j += s_j, held at 65535
// Row e of the image is input e; row INPUTS + i is cell i. A row takes WORDS = ceil(CELLS / LANES)
// words, lane 0 in the lowest bits; lanes past the last cell must hold 0 and never spike. a_j is 32
// bits wide and does not saturate: the caller keeps it within +-(2^31 - 2^23) (docs/fpga-numbers.md).
//
// Input: event_valid/event_ready as in AXI-Stream (a valid event stays until it is taken); after the
// events of each step one word with event_end set. Output: in every step WORDS beats of spikes and
// counts so far; out_last marks those of the last step, which carry the counts of the sample.
//
// Cycles from the one after start to the last beat, if the input never waits (fpga/latency.h):
//   1 + (steps + 1) (WORDS + 3) + sum over steps (WORDS (1 + events + spikes of last step) + 1)
module lif_reservoir #(
    parameter LANES = 4,
    parameter INPUTS = 256,
    parameter CELLS = 200,
    parameter WEIGHT_BITS = 8,
    parameter STATE_BITS = 24,
    parameter INPUT_SHIFT = 0,  // a weight of an input counts 2^INPUT_SHIFT times, of a cell
    parameter CELL_SHIFT = 0,  // 2^CELL_SHIFT times
    parameter IMAGE = "weights.mem"  // $readmemh, one word a line, row by row
) (
    input wire clock,
    input wire reset,
    input wire start,  // taken while idle
    output wire idle,
    input wire [31:0] steps,  // of this sample, at least 1; as the next two held while not idle
    input wire [15:0] decay_q15,  // 0 to 32768
    input wire signed [31:0] threshold,
    input wire event_valid,
    output wire event_ready,
    input wire event_end,
    input wire [15:0] event_address,
    output wire out_valid,
    output wire out_last,
    output wire [15:0] out_word,
    output wire [LANES-1:0] out_spikes,
    output wire [LANES*16-1:0] out_counts
);
    localparam WORDS = (CELLS + LANES - 1) / LANES;
    localparam LAST = WORDS - 1;
    localparam DEPTH = (INPUTS + CELLS) * WORDS;
    localparam GAP = 3;  // from the last word's issue until its spikes can be read

    localparam IDLE = 0, PASS = 1, WAIT = 2, EVENTS = 3, SCAN = 4;
    localparam NONE = 0, CLEAR = 1, UPDATE = 2, ADD_INPUT = 3, ADD_CELL = 4;

    // Issue: the state machine sends one operation on one word a cycle down the pipeline.
    reg [2:0] state;
    reg clearing;  // the pass before the first step, which sets all state to 0
    reg [31:0] step;
    reg [15:0] k, scan;
    reg [1:0] wait_count;
    reg [LANES-1:0] taken;  // spikes of word `scan` already swept

    (* ram_style = "distributed" *) reg [LANES-1:0] spiked[0:WORDS-1];
    wire [LANES-1:0] pending = spiked[scan] & ~taken;
    reg [15:0] lowest;
    integer bit_index;
    always @* begin
        lowest = 0;
        for (bit_index = LANES - 1; bit_index >= 0; bit_index = bit_index - 1)
            if (pending[bit_index]) lowest = bit_index;
    end

    wire take_event = state == EVENTS && event_valid && !event_end;
    wire take_spike = state == SCAN && pending != 0;
    wire [2:0] op = take_event ? ADD_INPUT : take_spike ? ADD_CELL :
                    state != PASS ? NONE : clearing ? CLEAR : UPDATE;
    assign idle = state == IDLE;
    assign event_ready = state == EVENTS && (event_end || k == LAST);

    always @(posedge clock) begin
        k <= op == NONE || k == LAST ? 0 : k + 1;
        case (state)
            IDLE:
            if (start) begin
                state <= PASS;
                clearing <= 1;
                step <= 0;
            end
            PASS:
            if (k == LAST) begin
                state <= WAIT;
                wait_count <= 0;
            end
            WAIT: begin
                wait_count <= wait_count + 1;
                if (wait_count == GAP - 1) begin
                    clearing <= 0;
                    step <= step + !clearing;
                    state <= !clearing && step == steps - 1 ? IDLE : EVENTS;
                end
            end
            EVENTS:
            if (event_valid && event_end) begin
                state <= SCAN;
                scan <= 0;
                taken <= 0;
            end
            SCAN:
            if (pending == 0) begin
                scan <= scan + 1;
                taken <= 0;
                if (scan == LAST) state <= PASS;
            end else if (k == LAST) taken <= taken | (pending & -pending);
            default: state <= IDLE;
        endcase
        if (reset) begin
            state <= IDLE;
            k <= 0;
        end
    end

    // Stages 1 to 4: address; weights read, state masked; product; accumulate; clamp and compare.
    reg [2:0] op1, op2, op3, op4;
    reg [15:0] row1, k1, k2, k3, k4;
    reg last1, last2, last3, last4;
    (* ram_style = "block" *) reg [LANES*WEIGHT_BITS-1:0] weights[0:DEPTH-1];
    reg [LANES*WEIGHT_BITS-1:0] w2, w3;
    wire [31:0] address1 = row1 * WORDS + k1;
    initial $readmemh(IMAGE, weights);

    always @(posedge clock) begin
        {op2, op3, op4, op1} <= reset ? 12'd0 : {op1, op2, op3, op};
        {k2, k3, k4, k1} <= {k1, k2, k3, k};
        {last2, last3, last4, last1} <= {last1, last2, last3, step == steps - 1};
        row1 <= state == SCAN ? INPUTS + scan * LANES + lowest : event_address;
        w2 <= weights[address1];
        w3 <= w2;
        if (op4 == UPDATE || op4 == CLEAR) spiked[k4] <= out_spikes;
    end
    assign out_valid = op4 == UPDATE;
    assign out_last = last4;
    assign out_word = k4;

    wire [LANES-1:0] spiked1 = spiked[k1];
    genvar lane;
    generate
        for (lane = 0; lane < LANES; lane = lane + 1) begin : lanes
            localparam signed [32:0] MOST = (33'sd1 <<< (STATE_BITS - 1)) - 33'sd1;
            localparam signed [32:0] LEAST = -MOST - 33'sd1;
            (* ram_style = "distributed" *) reg signed [STATE_BITS-1:0] v[0:WORDS-1];
            (* ram_style = "distributed" *) reg signed [31:0] sums[0:WORDS-1];
            (* ram_style = "distributed" *) reg [15:0] counts[0:WORDS-1];
            // A part-select is unsigned; the wire gives the weight its sign back.
            wire signed [WEIGHT_BITS-1:0] weight3 = w3[lane*WEIGHT_BITS+:WEIGHT_BITS];
            wire signed [31:0] sum3 = sums[k3];
            wire signed [31:0] more3 =
                op3 == ADD_INPUT ? weight3 <<< INPUT_SHIFT : weight3 <<< CELL_SHIFT;
            reg signed [STATE_BITS-1:0] v2;
            reg signed [STATE_BITS+16:0] product3;
            wire signed [STATE_BITS+16:0] rounded3 = (product3 + 16384) >>> 15;
            reg signed [32:0] next4;
            wire signed [STATE_BITS-1:0] clamped4 =
                next4 > MOST ? MOST[STATE_BITS-1:0] : next4 < LEAST ? LEAST[STATE_BITS-1:0] :
                next4[STATE_BITS-1:0];
            wire spike4 = clamped4 > threshold && k4 * LANES + lane < CELLS && op4 == UPDATE;
            wire [15:0] count4 = counts[k4] + (spike4 && counts[k4] != 16'hffff);
            assign out_spikes[lane] = spike4;
            assign out_counts[lane*16+:16] = count4;
            always @(posedge clock) begin
                v2 <= spiked1[lane] ? 0 : v[k1];
                product3 <= v2 * $signed({1'b0, decay_q15});
                next4 <= rounded3 + sum3;
                if (op3 != NONE) sums[k3] <= op3 == CLEAR || op3 == UPDATE ? 0 : sum3 + more3;
                if (op4 == UPDATE || op4 == CLEAR) begin
                    v[k4] <= op4 == CLEAR ? 0 : clamped4;
                    counts[k4] <= op4 == CLEAR ? 0 : count4;
                end
            end
        end
    endgenerate
endmodule
