// SPDX-License-Identifier: Apache-2.0
// The shared library's own unit: everything else comes from the archives, whole.
#include <osprey/osprey.h>
#include <osprey/vais_websocket.h>
