#!/usr/bin/env python3
"""A catalog of any size in which every query matches 1,000 ads, as lines for POST /v1/bulk, or queries for it.

Every ad has an ad group of its own with one keyword, a word that 1,000 ads share; five ads are a campaign, four campaigns an
advertiser. Which ads share a word is spread over the whole catalog. The same numbers give the same lines.
"""
import argparse
import json
import random
import sys

ADS_OF_A_WORD = 1000
_ADS_OF_A_CAMPAIGN, _CAMPAIGNS_OF_AN_ADVERTISER = 5, 4
_PLACEMENT = "search"


def put(kind, name, body):
    return json.dumps({"op": "put", "type": kind, "id": name, "body": body}) + "\n"


def lines_of_ad(ad, words):
    group, campaign = f"g{ad}", f"c{ad // _ADS_OF_A_CAMPAIGN}"
    shop = f"s{ad // _ADS_OF_A_CAMPAIGN // _CAMPAIGNS_OF_AN_ADVERTISER}"
    if ad % (_ADS_OF_A_CAMPAIGN * _CAMPAIGNS_OF_AN_ADVERTISER) == 0:
        yield put("advertiser", shop, {"name": shop})
    if ad % _ADS_OF_A_CAMPAIGN == 0:
        yield put("campaign", campaign, {"advertiser_id": shop, "name": campaign, "pricing": "cpc"})
    yield put("ad_group", group, {"campaign_id": campaign, "name": group, "bid_micros": random.randint(500_000, 4_500_000)})
    yield put("ad", f"a{ad}", {"ad_group_id": group, "item_id": f"i{ad}", "title": f"Summer dress number {ad}, cotton",
                              "image_url": f"https://img.shops.example/{shop}/{ad}.jpg",
                              "landing_url": f"https://{shop}.shops.example/item/{ad}",
                              "quality": random.randint(50, 200) / 100, "pctr": random.randint(100, 500) / 10_000})
    # Neighbours in the catalog stand under different words.
    yield put("keyword", f"k{ad}", {"ad_group_id": group, "text": f"word{ad % words}", "match": "broad"})


def write_catalog(ads, out):
    random.seed(1)
    words = max(1, ads // ADS_OF_A_WORD)
    out.write(put("placement", _PLACEMENT, {"kind": "search", "position_ctr": [1, 0.7, 0.5, 0.35]}))
    for ad in range(ads):
        out.writelines(lines_of_ad(ad, words))
        if ad % 100_000 == 99_999:
            print(f"{ad + 1:,} of {ads:,} ads", file=sys.stderr, flush=True)


def write_queries(ads, queries, out):
    random.seed(2)
    words = max(1, ads // ADS_OF_A_WORD)
    for i in range(queries):
        out.write(json.dumps({"request_id": f"q{i}", "query": f"red word{random.randrange(words)} new",
                              "user": {"id": f"u{i}", "tags": ["female", "student"], "region": "CN-ZJ", "device": "mobile"},
                              "auctions": [{"placement_id": _PLACEMENT, "slots": 4}]}) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ads", type=int, required=True)
    parser.add_argument("--queries", type=int, help="write so many queries instead of the catalog")
    arguments = parser.parse_args()
    if arguments.queries:
        write_queries(arguments.ads, arguments.queries, sys.stdout)
    else:
        write_catalog(arguments.ads, sys.stdout)


if __name__ == "__main__":
    main()
