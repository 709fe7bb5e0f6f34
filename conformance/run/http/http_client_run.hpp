// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <deque>
#include <list>
#include <memory>
#include <vector>

#include "run/engine/probed_cases.hpp"
#include "run/http/http_fetch.hpp"
#include "run/http/http_kept.hpp"
#include "subject/program_look.hpp"

namespace conform {

// Judges an HTTP client: its program is started once a case, against a server of the judge's own;
// a few at a time.
class HttpClientRun {
 public:
  struct Options {
    std::vector<std::string> command;  // for one exchange
    std::vector<std::string> kept;     // for several
    std::string folder;                // for what the programs print
    int jobs = 0;                      // 0 = a few, and more beside those that only wait
  };
  using Sink = std::function<void(Result)>;
  HttpClientRun(RunContext& context, Options options, Sink sink)
      : context_(context),
        options_(std::move(options)),
        sink_(std::move(sink)),
        probed_(context, 4) {}

  // Has the programs make one plain exchange each. An empty string, or in a sentence why they
  // cannot be tested.
  std::string look();
  // False when it ended early; trouble() says why.
  bool run(const std::vector<const Case*>& cases);
  const std::string& trouble() const { return trouble_; }

 private:
  struct Running {
    std::unique_ptr<HttpClientCase> what;
    IdleWatch idle;
    bool waits = false;  // it has moved nothing for a while, and takes no processor time
  };
  std::string unfit(const Case& one) const;
  std::string prepare_ca();
  std::string look_at(const Case& exchange);
  std::unique_ptr<HttpClientCase> make(const Case& one);
  bool not_tried(const Case& one);
  bool room() const;
  bool fill();
  void collect();
  bool settle_probed();

  RunContext& context_;
  Options options_;
  Sink sink_;
  std::deque<const Case*> queue_;
  std::list<Running> active_;
  ProbedCases probed_;
  bool alone_ = false;  // what runs now wants nothing beside it
  int started_ = 0;
  std::string ca_;
  std::string trouble_;
};

}  // namespace conform
