#include "api/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace gavel {
namespace {

CommandLine print(std::string text, int exit_code) {
  return {.print = std::move(text), .exit_code = exit_code, .config = {}};
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv, const std::string& version) {
  CLI::App app{"Gavel, an ad auction engine"};
  app.name("gaveld");
  std::string file;
  std::string listen;
  std::string data_dir;
  bool show_version = false;
  bool show_keys = false;
  app.add_option("--config", file, "TOML file to read; without it, all defaults")->type_name("FILE");
  app.add_option("--listen", listen, "address to serve at, before the file's")->type_name("HOST:PORT");
  app.add_option("--data-dir", data_dir, "directory of the data, before the file's")->type_name("DIR");
  app.add_flag("--help-config", show_keys, "print every key of the file and exit");
  app.add_flag("--version", show_version, "print the version and exit");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return print(app.help(), 0);
  } catch (const CLI::ParseError& error) {
    return print(std::string("gaveld: ") + error.what(), 1);
  }
  if (show_version) return print("gaveld " + version, 0);
  if (show_keys) return print(config_reference(), 0);

  Result<Config, ConfigError> config = file.empty() ? default_config() : load_config(file);
  if (!config) return print("gaveld: " + config.error().message, 1);
  if (app.count("--listen") > 0) config->listen = listen;
  if (app.count("--data-dir") > 0) config->data_dir = data_dir;
  if (const auto error = check_config(*config)) return print("gaveld: " + error->message, 1);
  return {.print = std::nullopt, .exit_code = 0, .config = std::move(*config)};
}

}  // namespace gavel
