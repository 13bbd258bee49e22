namespace Streaming.Gateway.Logging;

/// <summary>What lines of the log have in common that say the same of different things: who says it, and its event id.</summary>
internal readonly record struct LineKind(string Category, int EventId);

/// <summary>Lines of one kind that were not written.</summary>
/// <param name="Kind">Which.</param>
/// <param name="Example">The first of them.</param>
/// <param name="Count">How many.</param>
/// <param name="Since">When the first of them came.</param>
internal sealed record LinesLeftOut(LineKind Kind, string Example, long Count, DateTimeOffset Since);
