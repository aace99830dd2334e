-- Page views that something brought (every channel but direct), with the campaign, ad group and ad that their click id stands for. Ad
-- platforms tell of clicks hours after them: a landing has its ad as soon as the click's row is there, whichever came first.
CREATE OR REPLACE VIEW web.landings AS
SELECT
    v.*,
    c.platform AS ad_platform,
    c.account_id AS ad_account_id,
    c.campaign_id AS campaign_id,
    c.ad_group_id AS ad_group_id,
    c.ad_id AS ad_id,
    c.keyword AS keyword
FROM (SELECT * FROM web.page_views WHERE channel != 'direct') AS v
LEFT ANY JOIN paid_media.ad_clicks AS c ON c.click_id_type = v.click_id_type AND c.click_id = v.click_id
SETTINGS join_use_nulls = 1
