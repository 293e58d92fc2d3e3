# Everything comes from Debian 12's packages; scripts/bootstrap installs them.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(RocksDB REQUIRED)
find_package(simdjson REQUIRED)
find_package(prometheus-cpp REQUIRED)  # its package has no version file
find_package(spdlog REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc i18n)  # uc: text; i18n: time zones
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
# CLI11 2.1 of Debian is headers only and needs no target.
