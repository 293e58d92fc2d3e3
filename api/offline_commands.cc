#include "api/offline_commands.h"

#include <cstdio>

#include "api/json/json_writer.h"
#include "api/restore.h"
#include "api/verify/verify.h"

namespace gavel {
namespace {

void print_progress(std::string_view what, std::uint64_t done) {
  std::fprintf(stderr, "gaveld: verifying: %llu %s\n", static_cast<unsigned long long>(done),
               std::string(what).c_str());
}

int refuse(const std::string& why, bool json) {
  std::fprintf(stderr, "gaveld: %s\n", why.c_str());
  if (!json) return 1;
  std::string out;
  JsonWriter(out).begin_object().field("ok", false).field("error", why).end_object();
  std::puts(out.c_str());
  return 1;
}

}  // namespace

int verify_command(const std::string& data_dir, bool json) {
  const auto findings = verify_data_directory(data_dir, print_progress);
  if (!findings) return refuse(findings.error(), json);
  const std::string text = json ? findings->json() : data_dir + "\n" + findings->text();
  std::fputs(text.c_str(), stdout);
  return findings->all_agree() ? 0 : 1;
}

int restore_command(const std::string& checkpoint, const std::string& data_dir, bool force) {
  const auto done = restore_checkpoint({checkpoint, data_dir, force});
  if (!done) return refuse(done.error().message, false);
  std::printf("gaveld: %s\n", done->summary.c_str());
  return 0;
}

}  // namespace gavel
