#include "tests/support/gaveld_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "tests/support/http_client.h"

namespace gavel {
namespace {

using Clock = std::chrono::steady_clock;

// A pause between two looks at something that only polling can see; how long it is decides nothing.
void pause() {
  poll(nullptr, 0, 2);
}

bool answers_ready(std::uint16_t port) {
  try {
    return HttpClient(port).get("/readyz").status == 200;
  } catch (const std::runtime_error&) {
    return false;  // nobody listens there yet
  }
}

void append_scalar(std::string& out, const JsonTree& value) {
  // JSON's strings, numbers, booleans and arrays of them are TOML as well.
  out += value.dump();
  out += '\n';
}

void append_members(std::string& out, const JsonTree::Object& members) {
  for (const auto& [key, value] : members) {
    if (value.is_null() || value.as_object()) continue;
    out += key + " = ";
    append_scalar(out, value);
  }
}

bool is_array_of_tables(const JsonTree& value) {
  return !value.items().empty() && value[0].as_object();
}

// The members as TOML: scalars first, then tables, then arrays of tables.
std::string toml_of(const JsonTree& config) {
  std::string out;
  JsonTree::Object scalars;
  for (const auto& member : *config.as_object()) {
    if (!is_array_of_tables(member.second)) scalars.push_back(member);
  }
  append_members(out, scalars);
  for (const auto& [key, value] : *config.as_object()) {
    if (const auto* table = value.as_object()) {
      out += "\n[" + key + "]\n";
      append_members(out, *table);
    } else if (is_array_of_tables(value)) {
      for (const auto& entry : value.items()) {
        out += "\n[[" + key + "]]\n";
        append_members(out, *entry.as_object());
      }
    }
  }
  return out;
}

}  // namespace

GaveldProcess::GaveldProcess(const JsonTree& config, const std::string& raw_toml) {
  set_program(Program::kServer);
  configure(config, raw_toml);
}

GaveldProcess::~GaveldProcess() {
  kill_hard();
}

void GaveldProcess::configure(const JsonTree& config, const std::string& raw_toml) {
  JsonTree all{JsonTree::Object{
      {"listen", "127.0.0.1:0"},
      {"data_dir", data_dir()},
      {"clock", JsonTree::Object{{"mode", "manual"}, {"start", "2024-11-01T00:00:00Z"}}},
  }};
  for (const auto& [key, value] : *config.as_object()) all.set(key, value);
  write_file(config_file(), toml_of(all) + raw_toml);
}

void GaveldProcess::set_program(Program program, std::vector<std::string> environment) {
  program_ = program == Program::kServer ? GAVELD_PATH : GAVELD_FAILPOINTS_PATH;
  environment_ = std::move(environment);
}

bool GaveldProcess::spawn() {
  std::error_code ignored;
  std::filesystem::remove(data_dir() + "/listen_address", ignored);
  const std::string log_file = directory_.file("log");
  std::vector<std::string> words{"gaveld", "--config", config_file()};
  words.insert(words.end(), arguments_.begin(), arguments_.end());
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::vector<char*> variables;
  for (auto& variable : environment_) variables.push_back(variable.data());
  for (char** variable = environ; *variable != nullptr; ++variable) variables.push_back(*variable);
  variables.push_back(nullptr);
  status_ = std::nullopt;
  const pid_t parent = getpid();
  pid_ = fork();
  if (pid_ != 0) return pid_ > 0;
  // Only calls that are safe between fork and exec in a program with threads.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent was gone before prctl
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  // gtest's and the parent's descriptors are not the server's.
  for (int fd = 3; fd < 256; ++fd) close(fd);
  execve(program_.c_str(), argv.data(), variables.data());
  _exit(127);
}

std::optional<int> GaveldProcess::reap(Clock::time_point deadline) {
  for (;;) {
    int status = 0;
    if (waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      status_ = status;
      return status;
    }
    if (Clock::now() >= deadline) return std::nullopt;
    pause();
  }
}

bool GaveldProcess::read_port() {
  const std::string address = read_file(data_dir() + "/listen_address");
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) return false;
  const char* const begin = address.data() + colon + 1;
  return std::from_chars(begin, address.data() + address.size(), port_).ec == std::errc() && port_ != 0;
}

bool GaveldProcess::start(std::chrono::seconds patience) {
  if (!spawn()) return false;
  const auto deadline = Clock::now() + patience;
  for (; Clock::now() < deadline; pause()) {
    if (reap(Clock::time_point::min())) return false;
    if (!read_port()) continue;
    if (answers_ready(port_)) return true;
  }
  kill_hard();
  return false;
}

std::optional<int> GaveldProcess::run_to_exit(std::chrono::seconds patience) {
  if (!spawn()) return std::nullopt;
  return wait_for_exit(patience);
}

std::optional<int> GaveldProcess::wait_for_exit(std::chrono::seconds patience) {
  if (pid_ > 0) reap(Clock::now() + patience);
  kill_hard();
  if (!status_ || !WIFEXITED(*status_)) return std::nullopt;
  return WEXITSTATUS(*status_);
}

std::optional<int> GaveldProcess::wait_for_death(std::chrono::seconds patience) {
  if (pid_ > 0) reap(Clock::now() + patience);
  kill_hard();
  if (!status_) return std::nullopt;
  return WIFSIGNALED(*status_) ? WTERMSIG(*status_) : 0;
}

void GaveldProcess::kill_hard() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

std::optional<int> GaveldProcess::terminate(std::chrono::seconds patience) {
  if (pid_ <= 0) return std::nullopt;
  kill(pid_, SIGTERM);
  const auto status = reap(Clock::now() + patience);
  kill_hard();
  if (!status || !WIFEXITED(*status)) return std::nullopt;
  return WEXITSTATUS(*status);
}

std::string GaveldProcess::sanitizer_report() const {
  const std::string text = log();
  std::size_t first = std::string::npos;
  for (const char* sign :
       {"WARNING: ThreadSanitizer", "ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error: "}) {
    first = std::min(first, text.find(sign));
  }
  return first == std::string::npos ? std::string() : text.substr(first);
}

std::string GaveldProcess::log() const {
  return read_file(directory_.file("log"));
}

}  // namespace gavel
