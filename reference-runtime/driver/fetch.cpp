// SPDX-License-Identifier: Apache-2.0
// One HTTP exchange, or several by one client; prints a line of JSON about each.
#include <openssl/sha.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <osprey/http_client.hpp>
#include <string>

namespace {

constexpr int kBadUse = 2;

struct Options {
  std::string method = "GET";
  std::string body;
  std::string url;
  std::string ca;
  long timeout_ms = 10'000;
  bool kept = false;
};

std::string sha256(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), hash.data());
  std::string out;
  for (const unsigned char octet : hash) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(octet));
    out += digits.data();
  }
  return out;
}

int report(const nlohmann::json& line, int code) {
  using Handler = nlohmann::json::error_handler_t;
  std::printf("%s\n", line.dump(-1, ' ', true, Handler::replace).c_str());
  std::fflush(stdout);
  return code;
}

// scheme://authority and what stands behind it.
std::size_t path_of(const std::string& url) {
  const std::size_t slashes = url.find("://");
  return slashes == std::string::npos ? url.size()
                                      : std::min(url.size(), url.find_first_of("/?#", slashes + 3));
}

osprey::Result<osprey::HttpClient> client_of(const Options& options) {
  osprey::HttpClientSettings settings;
  settings.base_url = options.url.substr(0, path_of(options.url));
  settings.tls.ca_file = options.ca;
  settings.timeout = std::chrono::milliseconds(options.timeout_ms);
  return osprey::HttpClient::create(std::move(settings));
}

int exchange(osprey::HttpClient& client, const Options& options) {
  std::string path = options.url.substr(path_of(options.url));
  if (path.empty() || path.front() != '/') {
    path.insert(0, "/");
  }
  osprey::HttpOutgoing request;
  request.method = options.method;
  request.path = path;
  request.body = options.body;
  request.has_body = !options.body.empty() || options.method == "POST" || options.method == "PUT" ||
                     options.method == "PATCH";
  // RFC 9110 §10.1.5 and §8.3.
  request.raw_headers =
      request.has_body
          ? "User-Agent: osprey-fetch/0.1\r\nContent-Type: application/octet-stream\r\n"
          : "User-Agent: osprey-fetch/0.1\r\n";
  const auto reply = client.exchange(request);
  if (!reply) {
    return report({{"error", reply.error().message}}, 1);
  }
  const std::string& body = reply.value().body;
  return report(
      {{"status", reply.value().status}, {"length", body.size()}, {"sha256", sha256(body)}}, 0);
}

int fetch(const Options& options) {
  auto client = client_of(options);
  return client ? exchange(client.value(), options)
                : report({{"error", client.error().message}}, 1);
}

// A line of standard input is "METHOD URL" or "METHOD URL CONTENT"; a client serves all URLs of its
// scheme and authority.
int fetch_lines(Options options) {
  std::map<std::string, osprey::HttpClient> clients;
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t url = std::min(line.size(), line.find(' '));
    const std::size_t body = std::min(line.size(), line.find(' ', url + 1));
    options.method = line.substr(0, url);
    options.url = line.substr(std::min(line.size(), url + 1), body - std::min(body, url + 1));
    options.body = line.substr(std::min(line.size(), body + 1));
    const std::string base = options.url.substr(0, path_of(options.url));
    auto found = clients.find(base);
    if (found == clients.end()) {
      auto client = client_of(options);
      if (!client) {
        report({{"error", client.error().message}}, 1);
        continue;
      }
      found = clients.emplace(base, std::move(client.value())).first;
    }
    exchange(found->second, options);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Asks over HTTP and prints {\"status\", \"length\", \"sha256\"} or {\"error\"}."};
  app.name("fetch");
  Options options;
  app.add_option("--method", options.method, "request method")->capture_default_str();
  app.add_option("--body", options.body, "content of the request");
  auto* url = app.add_option("--url", options.url, "http:// or https:// URL");
  app.add_flag("--kept", options.kept,
               "an exchange for each line METHOD URL [CONTENT] of standard input, by one client")
      ->excludes(url);
  app.add_option("--ca", options.ca,
                 "PEM file of the authorities to trust; the system's if not given");
  app.add_option("--timeout", options.timeout_ms, "milliseconds for the whole exchange")
      ->check(CLI::Range(1L, 86'400'000L))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      return app.exit(error);  // --help
    }
    std::fprintf(stderr, "fetch: %s (try --help)\n", error.what());
    return kBadUse;
  }
  if (options.kept) {
    return fetch_lines(std::move(options));
  }
  if (options.url.empty()) {
    std::fprintf(stderr, "fetch: --url is required, or --kept (try --help)\n");
    return kBadUse;
  }
  return fetch(options);
}
