import type { Route } from '../http/route.ts'
import { type BacktestParts, createBacktestRoute } from './backtest.ts'
import { createDryRunRoute, type DryRunParts } from './dry-run.ts'
import { createRuleRoutes, type RuleRouteParts } from './rule-routes.ts'

/** Every route of rules. */
export function createAllRuleRoutes(parts: RuleRouteParts & DryRunParts & BacktestParts): readonly Route[] {
  return [...createRuleRoutes(parts), createDryRunRoute(parts), createBacktestRoute(parts)]
}
