SELECT sub_account_id AS "account", billing_currency AS currency,
  count(CASE WHEN billing_period >= '2026-03' AND billing_period <= '2026-03' THEN 1 END) AS line_count,
  sum(CASE WHEN billing_period >= '2026-03' AND billing_period <= '2026-03' THEN unblended_cost END) AS unblended_cost,
  count(CASE WHEN billing_period >= '2026-03' AND billing_period <= '2026-03' THEN unblended_cost END) AS unblended_cost_lines,
  sum(CASE WHEN billing_period >= '2026-02' AND billing_period <= '2026-02' THEN unblended_cost END) AS previous_cost,
  count(CASE WHEN billing_period >= '2026-02' AND billing_period <= '2026-02' AND unblended_cost IS NULL THEN 1 END) AS previous_unknown
FROM charges
WHERE (billing_period >= '2026-03' AND billing_period <= '2026-03' OR billing_period >= '2026-02' AND billing_period <= '2026-02')
GROUP BY 1, 2
ORDER BY unblended_cost DESC, "account", currency
