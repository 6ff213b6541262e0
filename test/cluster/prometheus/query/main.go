// Program query answers PromQL with Prometheus' own engine, for tests of alerts and dashboards: JSON in, JSON out.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

type series struct {
	// With __name__.
	Labels map[string]string `json:"labels"`
	// Pairs of seconds and value, in order of time.
	Points [][2]float64 `json:"points"`
}

type task struct {
	Series []series `json:"series"`
	// Text of a rules file, checked as Prometheus does when it loads one.
	Rules   string   `json:"rules"`
	Queries []string `json:"queries"`
	// Seconds: every query is answered from Start to End, each Step.
	Start, End, Step int64
}

func main() {
	var todo task
	err := json.NewDecoder(os.Stdin).Decode(&todo)
	if err == nil {
		var answers [][]series
		if answers, err = answer(todo); err == nil {
			err = json.NewEncoder(os.Stdout).Encode(answers)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(todo task) ([][]series, error) {
	ask := parser.NewParser(parser.Options{})
	if _, errs := rulefmt.Parse([]byte(todo.Rules), false, model.UTF8Validation, ask, slog.Default()); len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	engine := promql.NewEngine(promql.EngineOpts{
		MaxSamples: 1e7, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: ask,
	})
	answers := [][]series{}
	for _, text := range todo.Queries {
		at := func(seconds int64) time.Time { return time.Unix(seconds, 0) }
		step := time.Duration(todo.Step) * time.Second
		query, err := engine.NewRangeQuery(context.Background(), held(todo.Series), nil, text, at(todo.Start), at(todo.End), step)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		result := query.Exec(context.Background())
		matrix, err := result.Matrix()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", text, err)
		}
		found := []series{}
		for _, each := range matrix {
			one := series{Labels: each.Metric.Map()}
			for _, point := range each.Floats {
				one.Points = append(one.Points, [2]float64{float64(point.T) / 1000, point.F})
			}
			found = append(found, one)
		}
		answers = append(answers, found)
	}
	return answers, nil
}

// held serves the given series from memory.
type held []series

func (all held) Querier(_, _ int64) (storage.Querier, error) { return all, nil }
func (all held) Close() error                                { return nil }

func (all held) LabelValues(context.Context, string, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (all held) LabelNames(context.Context, *storage.LabelHints, ...*labels.Matcher) ([]string, annotations.Annotations, error) {
	return nil, nil, nil
}

func (all held) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	found := &set{at: -1}
	for _, each := range all {
		fits := true
		for _, matcher := range matchers {
			fits = fits && matcher.Matches(each.Labels[matcher.Name])
		}
		if !fits {
			continue
		}
		one := promql.Series{Metric: labels.FromMap(each.Labels)}
		for _, point := range each.Points {
			one.Floats = append(one.Floats, promql.FPoint{T: int64(point[0] * 1000), F: point[1]})
		}
		found.all = append(found.all, promql.NewStorageSeries(one))
	}
	return found
}

type set struct {
	all []*promql.StorageSeries
	at  int
}

func (found *set) Next() bool                        { found.at++; return found.at < len(found.all) }
func (found *set) At() storage.Series                { return found.all[found.at] }
func (found *set) Err() error                        { return nil }
func (found *set) Warnings() annotations.Annotations { return nil }
