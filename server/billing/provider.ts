/** Where a plan is changed, for whom the one it has is not enough. */
export interface BillingPlace {
  readonly upgradeUrl: string;
}
