"""Rows about the catalog: importing it, loading it, and the memory that it takes."""
from room.report import Row, Target, number, skipped

_MILLION = 1_000_000
_GIB = 2**30
_VERIFIED_ADS_MAX = 100_000


def measure_catalog(stage):
    """The marketplace by POST /v1/bulk on all cores, of which the generator takes its part, and a restart on it."""
    stage.server()
    facts, full_size = stage.facts, stage.scale.ads >= _MILLION
    rate = facts["import_rows"] / facts["import_cpu_seconds"]
    return [
        Row("catalog", "rows imported a second of processor time",
            f"{facts['import_rows']:,} rows in {number(facts['import_seconds'])} s, {number(facts['import_cpu_seconds'])} s of the server's processor time",
            Target(at_least=60_000, unit="rows/s"), rate),
        Row("catalog", f"restart to /readyz, {stage.scale.ads:,} ads", f"{number(facts['restart_seconds'])} s; RocksDB merged tables for {number(facts['merge_seconds'])} s after it",
            Target(at_most=15, unit="s") if full_size else None, facts["restart_seconds"] if full_size else None),
        Row("catalog", f"resident memory at rest, {stage.scale.ads:,} ads",
            f"{number(facts['resident_bytes'] / 2**20)} MiB, {number(facts['imported_bytes'] / 2**20)} MiB after the import",
            Target(at_most=1.2, unit="GiB") if full_size else None, facts["resident_bytes"] / _GIB if full_size else None),
    ]


def measure_memory(stage):
    """Resident memory after a restart, of two catalogs without keywords and of the marketplace: what an ad takes with its
    share of ad groups, campaigns and shops, and what a keyword takes."""
    stage.server()
    small, large = stage.scale.memory_ads
    resident = {ads: _without_keywords(stage, ads) for ads in (small, large)}
    of_ad = (resident[large] - resident[small]) / (large - small)
    keywords = stage.facts["catalog"]["keyword"]
    of_keyword = (stage.facts["resident_bytes"] - resident[large] - of_ad * (stage.scale.ads - large)) / keywords
    stage.series["memory"] = {"without_keywords": resident, "keywords": keywords, "resident": stage.facts["resident_bytes"]}
    return [Row("memory", "bytes an ad, without keywords", f"{number(round(of_ad))}"),
            Row("memory", "bytes a keyword", f"{number(round(of_keyword))}")]


def _without_keywords(stage, ads):
    server = stage.new_server(f"memory-{ads}")
    server.start()
    server.import_rows(stage.import_command(ads, keywords=False), stage.client_core,
                       lambda line: stage.tell(f"memory of {ads:,} ads: {line}"))
    server.stop()
    server.start()
    resident = server.resident_bytes()
    server.stop()
    return resident


def measure_verify(stage):
    """`gaveld --verify` on the data that the other rows leave behind. The server is gone afterwards."""
    if stage.scale.ads > _VERIFIED_ADS_MAX:
        return [skipped("verify", "gaveld --verify", "takes minutes for a catalog of this size")]
    server = stage.server()
    stage.tell("verifying")
    server.stop()
    return [Row("verify", "gaveld --verify", server.verify())]
