#!/usr/bin/env python3
"""Writes what the auction over Redis reads as commands in Redis' protocol, for `redis-cli --pipe`.

Each of --sets keywords has a sorted set of 1,000 ads, members AD:CAMPAIGN:ADVERTISER:QUALITY with scores bid x quality; every ad
has a creative (a piece of JSON), every campaign a budget. The same numbers give the same bytes. --answer-bytes pads the
creatives so that an answer with four winners has that size.
"""
import argparse
import random
import sys

ADS_OF_A_KEYWORD = 1000
WINNERS = 4
BUDGET_MICROS = 10**15
# What auction.lua writes around four creatives, measured: the frame of the answer, and ids, prices and tokens of the winners.
FRAME_BYTES = 70
WINNER_BYTES = 530


def command(*words):
    parts = [f"*{len(words)}\r\n"]
    for word in words:
        text = str(word)
        parts.append(f"${len(text.encode())}\r\n{text}\r\n")
    return "".join(parts)


def creative(ad, campaign, size):
    shop = campaign // 4
    text = (f'"item_id":"{6 * 10**11 + ad}","title":"连衣裙 {ad} 夏季新款",'
            f'"image_url":"https://img.shops.example/s{shop:07}/{ad}.jpg",'
            f'"landing_url":"https://s{shop:07}.shops.example/item/{ad}","pricing":"cpc"')
    missing = size - len(text.encode()) - len(',"note":""')
    return text + f',"note":"{"x" * missing}"' if missing > 0 else text


def write_all(out, sets, answer_bytes):
    random.seed(1)
    size = (answer_bytes - FRAME_BYTES) // WINNERS - WINNER_BYTES
    ads = sets * ADS_OF_A_KEYWORD
    for keyword in range(sets):
        members = []
        creatives = []
        budgets = []
        for i in range(ADS_OF_A_KEYWORD):
            # One ad of a campaign stands under a keyword, so that its advertisers differ as a rule.
            ad = i * sets + keyword
            campaign = ad * 7919 % ads // 5
            quality = random.randint(1, 100)
            bid = int(random.lognormvariate(13.5, 0.8)) + 10_000
            members += [bid * quality, f"a{ad:07}:c{campaign:07}:s{campaign // 4:07}:{quality}"]
            creatives += [f"creative:a{ad:07}", creative(ad, campaign, size)]
            budgets += [f"c{campaign:07}", BUDGET_MICROS]
        out.write(command("ZADD", f"kw:{keyword}", *members))
        out.write(command("MSET", *creatives))
        out.write(command("HSET", "budgets", *budgets))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=200, help="keywords, of 1,000 ads each")
    parser.add_argument("--answer-bytes", type=int, default=4000, help="size of an answer with four winners")
    arguments = parser.parse_args()
    write_all(sys.stdout, arguments.sets, arguments.answer_bytes)


if __name__ == "__main__":
    main()
