SELECT "month", CASE WHEN place <= 10 THEN "resource" END AS "resource", currency, sum(CASE WHEN place <= 10 THEN 0 ELSE 1 END) AS others, sum(line_count) AS line_count, sum(unblended_cost) AS unblended_cost, sum(unblended_cost_lines) AS unblended_cost_lines
FROM (
  SELECT *, dense_rank() OVER (PARTITION BY currency ORDER BY whole DESC, "resource") AS place
  FROM (
    SELECT *, sum(unblended_cost) OVER (PARTITION BY "resource", currency) AS whole
    FROM (
SELECT billing_period AS "month", resource_id AS "resource", billing_currency AS currency,
  count(*) AS line_count,
  sum(unblended_cost) AS unblended_cost,
  count(unblended_cost) AS unblended_cost_lines
FROM charges
GROUP BY 1, 2, 3
    ) AS summed
  ) AS sized
) AS placed
GROUP BY 1, 2, 3, place <= 10
ORDER BY "month", others, unblended_cost DESC, "resource", currency
