// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace conform {

// What a run has learnt about waiting in vain; its lanes share it. A kind is what a case waits for,
// in the words of the one who waits: the same step that fails in the same way. Once enough cases of
// a kind have waited in vain to the end of their deadline, the others wait only as long as a probe:
// a second, or less where the implementation has shown that its answers come at once. What such a
// probe tells is not yet a verdict: see ProbedCases.
class Patience {
 public:
  using Milliseconds = std::chrono::milliseconds;
  // So many cases of a kind wait in full where they do so side by side.
  static constexpr int kInFull = 3;

  // An answer came after so long.
  void answered(const std::string& kind, Milliseconds after);
  // A case waited to the end of its deadline, and nothing came. `spun`: the implementation computed
  // meanwhile, and nothing moved on any connection.
  void waited_in_vain(const std::string& kind, bool spun = false);
  // A case that was waited for in full got its answer, or failed in another way: no probe of this
  // kind counts any more.
  void distrust(const std::string& kind);

  // A probe has told.
  void probed(const std::string& kind);

  // Whether a probe is enough: so many have waited in full.
  bool spent(const std::string& kind, int in_full = kInFull) const;
  bool distrusted(const std::string& kind) const;
  // Whether enough have waited in full for one that spun: its computing says no more that an answer
  // is on its way.
  bool spins(const std::string& kind) const;
  // How many have waited in vain in full.
  int in_vain(const std::string& kind) const;
  // Whether there is nothing left to hope for: probes have failed too, and no case ever got its
  // answer. Of use where all cases of a kind wait for the very same thing, as for the setup.
  bool hopeless(const std::string& kind) const;
  // How long a probe waits.
  Milliseconds probe(const std::string& kind) const;

  // Lanes that share their kinds share what is run again of them, too: of each, `most` samples in
  // all. True: the lane may take one, and has to say when it has ended, whatever came of it.
  bool begin_sample(const std::string& kind, int most);
  void end_sample(const std::string& kind);
  // Whether any lane is at it.
  bool is_sampling(const std::string& kind) const;

 private:
  struct Kind {
    int in_vain = 0, spun = 0, probed = 0;
    bool answered = false;
    bool distrusted = false;
    Milliseconds longest{0};                      // of its answers
    Milliseconds shortest = Milliseconds::max();  // of the probes that have told
  };
  // How quick the answers are, by the power of two of their milliseconds; one for each role.
  struct Answers {
    std::array<std::uint64_t, 16> by_time{};
    std::uint64_t all = 0;
    Milliseconds probe() const;
  };
  const Kind* find(const std::string& kind) const;
  Milliseconds probe_of(const std::string& kind) const;
  struct Samples {
    int begun = 0, ended = 0;
  };

  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;
  std::map<std::string, Answers> answers_;
  std::map<std::string, Samples> samples_;
};

}  // namespace conform
