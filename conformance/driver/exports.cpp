// SPDX-License-Identifier: Apache-2.0
#include "exports.hpp"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <fstream>
#include <numeric>
#include <string_view>

namespace driver {
namespace {

using Header = ElfW(Ehdr);
using Section = ElfW(Shdr);
using Symbol = ElfW(Sym);

constexpr unsigned char kClass = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;

// The file with every access checked: it may be anything. Only what is asked for is read, as this
// is done at each start and libraries are large.
class File {
 public:
  explicit File(const std::string& path) : in_(path, std::ios::binary | std::ios::ate) {
    size_ = in_ ? static_cast<std::size_t>(in_.tellg()) : 0;
  }
  template <class T>
  bool read(std::size_t at, T& out) {
    const std::string octets = part(at, sizeof(T));
    if (octets.size() < sizeof(T)) return false;
    std::memcpy(&out, octets.data(), sizeof(T));
    return true;
  }
  // So many of its octets from there, or fewer where it ends before.
  std::string part(std::size_t at, std::size_t most) {
    if (at >= size_) return {};
    std::string out(std::min(most, size_ - at), '\0');
    in_.clear();
    in_.seekg(static_cast<std::streamoff>(at));
    in_.read(out.data(), static_cast<std::streamsize>(out.size()));
    out.resize(static_cast<std::size_t>(in_.gcount()));
    return out;
  }

 private:
  std::ifstream in_;
  std::size_t size_ = 0;
};

bool is_function(const Symbol& symbol) {
  const auto type = symbol.st_info & 0xfU;
  const auto binding = symbol.st_info >> 4U;
  return symbol.st_shndx != SHN_UNDEF && binding != STB_LOCAL &&
         (type == STT_FUNC || type == STT_GNU_IFUNC);
}

void read_symbols(File& file, const Section& symbols, const Section& strings,
                  std::vector<std::string>& out) {
  if (symbols.sh_entsize != sizeof(Symbol)) return;
  const std::string table = file.part(symbols.sh_offset, symbols.sh_size);
  const std::string names = file.part(strings.sh_offset, strings.sh_size);
  for (std::size_t at = 0; at + sizeof(Symbol) <= table.size(); at += sizeof(Symbol)) {
    Symbol symbol{};
    std::memcpy(&symbol, table.data() + at, sizeof(Symbol));
    if (!is_function(symbol) || symbol.st_name >= names.size()) continue;
    const std::size_t end = std::min(names.find('\0', symbol.st_name), names.size());
    out.push_back(names.substr(symbol.st_name, end - symbol.st_name));
  }
}

// Names that differ in case and in underscores only are the same to a reader.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_') out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return out;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t corner = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, corner + (a[i - 1] == b[j - 1] ? 0 : 1)});
      corner = above;
    }
  }
  return row[b.size()];
}

// A name as the Itanium C++ ABI writes it: _Z11http_listen…
bool is_cpp_name_of(const std::string& exported, const std::string& name) {
  return exported.rfind("_Z" + std::to_string(name.size()) + name, 0) == 0;
}

}  // namespace

std::vector<std::string> exported_functions(const std::string& path) {
  File file(path);
  Header header{};
  std::vector<std::string> out;
  if (!file.read(0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != kClass)
    return out;
  const auto section = [&](std::size_t number, Section& into) {
    return file.read(header.e_shoff + number * sizeof(Section), into);
  };
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    Section symbols{};
    Section strings{};
    if (section(i, symbols) && symbols.sh_type == SHT_DYNSYM && section(symbols.sh_link, strings))
      read_symbols(file, symbols, strings, out);
  }
  return out;
}

std::map<std::string, std::string> near_names(const std::vector<std::string>& missing,
                                              const std::vector<std::string>& expected,
                                              const std::vector<std::string>& exported) {
  std::map<std::string, std::string> out;
  for (const std::string& name : missing) {
    // http_get and http_put are two letters apart: a short name has to be nearer.
    std::size_t nearest = std::min<std::size_t>(2, name.size() / 6);
    for (const std::string& one : exported) {
      if (std::find(expected.begin(), expected.end(), one) != expected.end()) continue;
      const std::size_t apart = is_cpp_name_of(one, name) ? 0 : distance(folded(name), folded(one));
      if (apart > nearest || (apart == nearest && out.count(name) != 0)) continue;
      nearest = apart;
      out[name] = one;
    }
  }
  return out;
}

}  // namespace driver
