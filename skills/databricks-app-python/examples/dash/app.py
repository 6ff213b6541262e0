"""Revenue per hour of day, one line per shop, with a filter for shops."""

import os

from dash import Dash, Input, Output, dcc, html
from data import load_revenue

app = Dash(__name__, title="Coffee revenue")


def layout():
    """A function, so that each visit sees today's list of shops."""
    shops = sorted(load_revenue()["shop"].unique())
    return html.Main(
        [
            html.H1("Coffee revenue"),
            html.Label("Shops", htmlFor="shops"),
            dcc.Dropdown(id="shops", options=shops, value=shops, multi=True),
            dcc.Graph(id="by-hour"),
        ]
    )


app.layout = layout


@app.callback(Output("by-hour", "figure"), Input("shops", "value"))
def draw(shops):
    frame = load_revenue()
    frame = frame[frame["shop"].isin(shops or [])]
    by_hour = frame.assign(hour=frame["hour"].dt.hour).groupby(["shop", "hour"])["revenue"].sum()
    lines = [
        {"type": "scatter", "name": shop, "x": list(rows.index.get_level_values("hour")), "y": list(rows)}
        for shop, rows in by_hour.groupby(level="shop")
    ]
    return {"data": lines, "layout": {"xaxis": {"title": "hour of day"}, "yaxis": {"title": "revenue"}}}


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("DATABRICKS_APP_PORT", "8000")))
