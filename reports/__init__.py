"""统计与上报: figures, tables, exports."""
