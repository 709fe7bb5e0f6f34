// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace driver {

// SIGINT and SIGTERM are kept for wait_for_stop(). To be called before any thread is started, so
// that all inherit it.
void hold_stop_signals();

// Returns when one of the two has come.
void wait_for_stop();

}  // namespace driver
