SELECT "month", CASE WHEN place <= 3 THEN "account" END AS "account", currency, sum(CASE WHEN place <= 3 THEN 0 ELSE 1 END) AS others, sum(line_count) AS line_count, sum(unblended_cost) AS unblended_cost, sum(unblended_cost_lines) AS unblended_cost_lines, sum(previous_cost) AS previous_cost, sum(previous_unknown) AS previous_unknown
FROM (
  SELECT *, dense_rank() OVER (PARTITION BY currency ORDER BY whole DESC, "account") AS place
  FROM (
    SELECT *, sum(unblended_cost) OVER (PARTITION BY "account", currency) AS whole
    FROM (
SELECT "month", "account", currency, sum(line_count) AS line_count, sum(unblended_cost) AS unblended_cost, sum(unblended_cost_lines) AS unblended_cost_lines, sum(previous_cost) AS previous_cost, sum(previous_unknown) AS previous_unknown
FROM (
SELECT "month", "account", currency, line_count, unblended_cost, unblended_cost_lines, NULL AS previous_cost, NULL AS previous_unknown FROM (
SELECT billing_period AS "month", sub_account_id AS "account", billing_currency AS currency,
  count(*) AS line_count,
  sum(unblended_cost) AS unblended_cost,
  count(unblended_cost) AS unblended_cost_lines
FROM charges
WHERE billing_period >= '2026-02' AND billing_period <= '2026-03'
GROUP BY 1, 2, 3
) AS present
UNION ALL
SELECT "month", "account", currency, NULL, NULL, NULL, previous_cost, previous_unknown FROM (
SELECT substr(CAST(CAST(CAST("month" || '-01' AS DATE) + INTERVAL '1' MONTH AS DATE) AS VARCHAR), 1, 7) AS "month", "account", currency, previous_cost, previous_unknown FROM (
SELECT billing_period AS "month", sub_account_id AS "account", billing_currency AS currency,
  sum(unblended_cost) AS previous_cost,
  count(*) - count(unblended_cost) AS previous_unknown
FROM charges
WHERE billing_period >= '2026-01' AND billing_period <= '2026-03'
GROUP BY 1, 2, 3
) AS past
) AS moved
WHERE "month" >= '2026-02' AND "month" <= '2026-03'
) AS both_times
GROUP BY 1, 2, 3
    ) AS summed
  ) AS sized
) AS placed
GROUP BY 1, 2, 3, place <= 3
ORDER BY "month", others, unblended_cost DESC, "account", currency
