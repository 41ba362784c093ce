-- What newer servers changed, on top of ../accessControl.sql: two more entity types, rule types as open slugs.
ALTER TABLE access_control_entities
  DROP CONSTRAINT access_control_entities_entity_type_check,
  ADD CONSTRAINT access_control_entities_entity_type_check CHECK (
    entity_type IN (
      'plugin', 'agent', 'mcp_server', 'marketplace', 'gateway_route', 'skill', 'hook',
      'slack_workspace', 'teams_tenant'
    )
  );
ALTER TABLE access_control_rules
  DROP CONSTRAINT access_control_rules_entity_type_check,
  ADD CONSTRAINT access_control_rules_entity_type_check CHECK (
    entity_type IN (
      'plugin', 'agent', 'mcp_server', 'marketplace', 'gateway_route', 'skill', 'hook',
      'slack_workspace', 'teams_tenant'
    )
  ),
  DROP CONSTRAINT access_control_rules_rule_type_check,
  ADD CONSTRAINT access_control_rules_rule_type_check CHECK (rule_type ~ '^[a-z][a-z0-9_]*$');
