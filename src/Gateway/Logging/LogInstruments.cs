using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Logging;

/// <summary>What the log lacks.</summary>
internal sealed class LogInstruments
{
    public const string MeterName = "Streaming.Logging";

    public LogInstruments(IMeterFactory meters, LineBudget budget) => meters.Create(MeterName).CreateObservableCounter(
        "streaming.log.left_out", () => budget.LeftOut, "{line}", "Lines of the log that were beyond their kind's budget.");
}
