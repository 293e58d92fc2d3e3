// SIGTERM and SIGINT, taken by one thread in peace.
#pragma once

namespace gavel {

// Blocks both signals in this thread and in those it starts later. Call before any other thread exists.
void block_stop_signals();

// Whether one has come that nobody waited for yet. Requires block_stop_signals().
bool stop_signal_came();

// Waits until one of them comes and returns its number. Requires block_stop_signals().
int wait_for_stop_signal();

}  // namespace gavel
