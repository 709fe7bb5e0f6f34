// SPDX-License-Identifier: Apache-2.0
// The files of report/html, compiled in so that the program is complete by itself.
#pragma once
#include <string_view>

namespace conform {

std::string_view page_template();
std::string_view page_style();
std::string_view page_script();

}  // namespace conform
