/** How a server or an instance of a cluster is watched: three settings that both have. */

interface Watched {
  readonly MonitoringInterval?: number | undefined;
  readonly MonitoringRoleArn?: string | undefined;
  readonly PerformanceInsightsEnabled?: boolean | undefined;
  readonly PerformanceInsightsKMSKeyId?: string | undefined;
  readonly PerformanceInsightsRetentionPeriod?: number | undefined;
}

interface Monitoring {
  readonly interval: number;
  readonly role: string | null;
}

export const MONITORING = {
  name: "Monitoring",
  of: ({ MonitoringInterval: interval = 0, MonitoringRoleArn: role }: Watched): Monitoring | null =>
    interval === 0 ? null : { interval, role: role ?? null },
  input: (wanted: Monitoring | null) => ({
    MonitoringInterval: wanted?.interval ?? 0,
    ...(wanted?.role && { MonitoringRoleArn: wanted.role }),
  }),
};

interface Insights {
  readonly key: string | null;
  readonly days: number | null;
}

export const INSIGHTS = {
  name: "PerformanceInsights",
  of: (source: Watched): Insights | null => {
    const { PerformanceInsightsKMSKeyId: key, PerformanceInsightsRetentionPeriod: days } = source;
    return source.PerformanceInsightsEnabled ? { key: key ?? null, days: days ?? null } : null;
  },
  input: (wanted: Insights | null) => ({
    EnablePerformanceInsights: wanted !== null,
    ...(wanted?.key && { PerformanceInsightsKMSKeyId: wanted.key }),
    ...(wanted?.days && { PerformanceInsightsRetentionPeriod: wanted.days }),
  }),
};
