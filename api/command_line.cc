#include "api/command_line.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace gavel {
namespace {

CommandLine print(std::string text, int exit_code) {
  CommandLine command;
  command.print = std::move(text);
  command.exit_code = exit_code;
  return command;
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
  bool verifies = false;
  CommandLine command;
  app.add_option("--config", file, "TOML file to read; without it, all defaults")->type_name("FILE");
  app.add_option("--listen", listen, "address to serve at, before the file's")->type_name("HOST:PORT");
  app.add_option("--data-dir", data_dir, "directory of the data, before the file's")->type_name("DIR");
  CLI::Option* const verify =
      app.add_flag("--verify", verifies,
                   "compare everything in the data directory with everything, change nothing and exit");
  app.add_flag("--json", command.json, "with --verify: one line of JSON")->needs(verify);
  CLI::Option* const restore = app.add_option("--restore", command.checkpoint,
                                              "put this checkpoint in the place of the data directory's "
                                              "database, keep what was there and exit")
                                   ->type_name("DIR")
                                   ->excludes(verify);
  app.add_flag("--force", command.force, "with --restore: also where the data directory's database is whole")
      ->needs(restore);
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
  if (verifies) command.task = CommandLine::Task::kVerify;
  if (restore->count() > 0) command.task = CommandLine::Task::kRestore;
  command.config = std::move(*config);
  return command;
}

}  // namespace gavel
