"""Coffee-shop orders as JSON lines, one file per day, with a known number of broken rows."""

import argparse
import json
import random
from collections import Counter
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path

from faker import Faker

SHOPS = {"Harbour": 5, "Station": 8, "Old Town": 4, "Campus": 3}
DRINKS = {"flat white": (3.8, 6), "espresso": (2.4, 5), "cappuccino": (3.6, 5), "chai": (4.1, 2), "cocoa": (3.9, 1)}
SIZES = {"small": (0.9, 3), "regular": (1.0, 6), "large": (1.25, 2)}
HOURS = {7: 6, 8: 10, 9: 7, 10: 4, 11: 3, 12: 6, 13: 5, 14: 3, 15: 4, 16: 4, 17: 3, 18: 1}
DEFECTS = {"missing price": 0.008, "future date": 0.006, "duplicate": 0.006}


def pick(weights):
    """One key of a table of weights."""
    return random.choices(list(weights), weights=list(weights.values()))[0]


def make_order(number, first_day, days, customers):
    """One correct order."""
    day = first_day + timedelta(days=random.randrange(days))
    minute = time(pick(HOURS), random.randrange(60), random.randrange(60), tzinfo=timezone.utc)
    drink = pick({name: weight for name, (_, weight) in DRINKS.items()})
    size = pick({name: weight for name, (_, weight) in SIZES.items()})
    return {
        "order_id": f"o-{number:07d}",
        "ordered_at": datetime.combine(day, minute).isoformat(),
        "shop": pick(SHOPS),
        "drink": drink,
        "size": size,
        "price": round(DRINKS[drink][0] * SIZES[size][0], 2),
        "customer_email": random.choice(customers),
    }


def break_some(orders, last_day):
    """Puts defects in, each row at most one, and counts them."""
    counts = Counter()
    chosen = random.sample(range(1, len(orders)), sum(int(len(orders) * rate) for rate in DEFECTS.values()))
    for defect, rate in DEFECTS.items():
        for _ in range(int(len(orders) * rate)):
            order = orders[chosen.pop()]
            if defect == "missing price":
                order["price"] = None
            elif defect == "future date":
                order["ordered_at"] = datetime.combine(last_day + timedelta(days=400), time(), timezone.utc).isoformat()
            else:
                order["order_id"] = orders[0]["order_id"]
            counts[defect] += 1
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--last-day", type=date.fromisoformat, default=date(2026, 11, 20))
    parser.add_argument("--out", type=Path, default=Path("data/orders"))
    options = parser.parse_args()

    random.seed(options.seed)
    Faker.seed(options.seed)
    fake = Faker()
    customers = [f"{fake.user_name()}@example.com" for _ in range(max(1, options.rows // 12))]
    first_day = options.last_day - timedelta(days=options.days - 1)
    orders = [make_order(number, first_day, options.days, customers) for number in range(options.rows)]
    arrival = {id(order): order["ordered_at"][:10] for order in orders}
    counts = break_some(orders, options.last_day)

    files = {}
    for order in orders:
        files.setdefault(arrival[id(order)], []).append(order)
    options.out.mkdir(parents=True, exist_ok=True)
    for day, rows in files.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (options.out / f"{day}.jsonl").write_text(lines, encoding="utf-8")
    summary = " · ".join(f"{defect} {counts[defect]}" for defect in DEFECTS)
    print(f"{len(orders):,} orders in {len(files)} files · {summary}")


if __name__ == "__main__":
    main()
