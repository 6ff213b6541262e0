"""Revenue per shop and hour, with a filter for shop and day."""

import streamlit as st
from data import load_revenue

st.set_page_config(page_title="Coffee revenue", layout="wide")
st.title("Coffee revenue")

cached_revenue = st.cache_data(ttl=60, show_spinner="Reading the gold table…")(load_revenue)
try:
    revenue = cached_revenue()
except Exception as problem:
    st.error("The numbers cannot be read. Is the warehouse running, and may the app read the table?")
    st.caption(type(problem).__name__)
    st.stop()

days = sorted(revenue["hour"].dt.date.unique())
if not days:
    st.info("The gold table is empty. Run the pipeline first.")
    st.stop()

left, right = st.columns(2)
shops = left.multiselect("Shops", sorted(revenue["shop"].unique()), placeholder="all shops")
day = right.selectbox("Day", ["all days", *days])

shown = revenue
if shops:
    shown = shown[shown["shop"].isin(shops)]
if day != "all days":
    shown = shown[shown["hour"].dt.date == day]

orders = int(shown["orders"].sum())
total = shown["revenue"].sum()
first, second, third = st.columns(3)
first.metric("Revenue", f"{total:,.2f}")
second.metric("Orders", f"{orders:,}")
third.metric("Average order", f"{total / orders:,.2f}" if orders else "–")

by_hour = shown.assign(hour=shown["hour"].dt.hour).pivot_table(
    index="hour", columns="shop", values="revenue", aggfunc="sum", fill_value=0
)
st.bar_chart(by_hour, x_label="hour of day", y_label="revenue")
with st.expander("Rows"):
    st.dataframe(shown, hide_index=True)
