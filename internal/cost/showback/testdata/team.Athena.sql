SELECT team AS "team", billing_currency AS currency,
  count(*) AS line_count,
  sum(amortized_cost) AS amortized_cost,
  count(amortized_cost) AS amortized_cost_lines,
  sum(CASE WHEN usage_class = 'compute' THEN amortized_cost END) AS compute_cost,
  sum(CASE WHEN usage_class = 'storage' THEN amortized_cost END) AS storage_cost,
  sum(CASE WHEN usage_class = 'data' THEN amortized_cost END) AS data_cost,
  sum(CASE WHEN usage_class = 'requests' THEN amortized_cost END) AS requests_cost,
  sum(CASE WHEN usage_class = 'commitment' THEN amortized_cost END) AS commitment_cost,
  sum(CASE WHEN usage_class = 'tax' THEN amortized_cost END) AS tax_cost,
  sum(CASE WHEN usage_class IN ('compute', 'storage', 'data', 'requests', 'commitment', 'tax') THEN NULL ELSE amortized_cost END) AS other_cost
FROM allocations
WHERE charge_period_start >= TIMESTAMP '2026-03-05 00:00:00' AND charge_period_start < TIMESTAMP '2026-03-12 00:00:00'
GROUP BY 1, 2
ORDER BY amortized_cost DESC, "team", currency
