"""Runs questions with expected words and counts how many answers hold; exit code 1 when one does not."""

import argparse
import json
import sys
from pathlib import Path

from ask import ask, make_client, read_rows

REFUSAL = "the data does not say"


def holds(answer, expected):
    """Every expected word must be there; no expected words means that the question cannot be answered."""
    text = answer.lower()
    if not expected:
        return REFUSAL in text
    return REFUSAL not in text and all(word.lower() in text for word in expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="data/gold.csv")
    parser.add_argument("--questions", default="questions.json", help='[{"question": "…", "expected": ["Harbour"]}]')
    options = parser.parse_args()

    rows, client = read_rows(options.rows), make_client()
    cases = json.loads(Path(options.questions).read_text(encoding="utf-8"))
    good = 0
    for case in cases:
        answer = ask(client, case["question"], rows)
        passed = holds(answer, case["expected"])
        good += passed
        print(f"{'holds' if passed else 'FAILS'}  {case['question']}\n       {answer}")
    print(f"{good} of {len(cases)} hold")
    sys.exit(0 if good == len(cases) else 1)


if __name__ == "__main__":
    main()
