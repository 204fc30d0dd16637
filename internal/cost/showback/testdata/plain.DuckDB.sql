SELECT CAST(CAST(CAST(date_trunc('day', charge_period_start) AS TIMESTAMP) AS DATE) AS VARCHAR) AS "day", tags['cost-center'] AS "tag_cost_center", NULLIF(regexp_extract(instance_type, '^(.+)\.[^.]+$', 1), '') AS "instance_family", billing_currency AS currency,
  count(*) AS line_count,
  sum(unblended_cost) AS unblended_cost,
  count(unblended_cost) AS unblended_cost_lines,
  sum(net_amortized_cost) AS net_amortized_cost,
  count(net_amortized_cost) AS net_amortized_cost_lines
FROM charges
WHERE billing_period >= '2026-01' AND billing_period <= '2026-03' AND (service_code <> 'AmazonS3' OR service_code IS NULL) AND (region_id LIKE 'eu-%' ESCAPE '\' OR region_id = 'us-east-1')
GROUP BY 1, 2, 3, 4
ORDER BY "day", unblended_cost DESC, "tag_cost_center", "instance_family", currency
