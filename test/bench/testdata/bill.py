"""What people write who import a bill with pandas: chunk by chunk, the columns that they need, amounts as floats, tags as text."""
import sys
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

NEEDED = ["bill_billing_period_start_date", "bill_payer_account_id", "identity_line_item_id", "line_item_currency_code", "line_item_line_item_description", "line_item_line_item_type", "line_item_operation",
          "line_item_product_code", "line_item_resource_id", "line_item_unblended_cost", "line_item_usage_account_id", "line_item_usage_account_name", "line_item_usage_amount", "line_item_usage_start_date",
          "line_item_usage_end_date", "line_item_usage_type", "pricing_public_on_demand_cost", "pricing_rate_code", "pricing_unit", "product_instance_type", "product_region_code", "product_sku", "resource_tags",
          "savings_plan_savings_plan_a_r_n", "savings_plan_savings_plan_effective_cost"]
AMOUNTS = ["line_item_unblended_cost", "line_item_usage_amount", "pricing_public_on_demand_cost", "savings_plan_savings_plan_effective_cost"]

out, writer, lines, skipped = sys.argv[1], None, 0, 0.0
for name in sys.argv[2:]:
    for chunk in pd.read_csv(name, usecols=NEEDED, dtype={c: "float64" if c in AMOUNTS else "string" for c in NEEDED}, chunksize=200_000):
        lines += len(chunk)
        ours = chunk["line_item_product_code"].isin(["AmazonSageMaker", "MachineLearningSavingsPlans"])
        skipped += chunk.loc[~ours, "line_item_unblended_cost"].sum()
        kept = chunk.loc[ours].copy()
        for at in ("line_item_usage_start_date", "line_item_usage_end_date"):
            kept[at] = pd.to_datetime(kept[at])
        covered = kept["line_item_line_item_type"] == "SavingsPlanCoveredUsage"
        kept["amortized_cost"] = kept["savings_plan_savings_plan_effective_cost"].where(covered, kept["line_item_unblended_cost"])
        table = pa.Table.from_pandas(kept, preserve_index=False)
        writer = writer or pq.ParquetWriter(out, table.schema, compression="zstd")
        writer.write_table(table)
writer.close()
peak = next(l.split()[1] for l in open("/proc/self/status") if l.startswith("VmHWM"))
print(lines, peak)
print(skipped, "left out", file=sys.stderr)
