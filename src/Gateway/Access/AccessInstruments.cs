using System.Diagnostics.Metrics;

namespace Streaming.Gateway.Access;

/// <summary>What was kept out, counted.</summary>
internal sealed class AccessInstruments
{
    public const string MeterName = "Streaming.Access";

    private readonly Counter<long> _wrongGuesses;
    private readonly Counter<long> _heldOff;
    private readonly Counter<long> _connectionsRefused;

    public AccessInstruments(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _wrongGuesses = meter.CreateCounter<long>("streaming.access.wrong_guesses", "{guess}", "Wrong admin tokens and stream keys.");
        _heldOff = meter.CreateCounter<long>(
            "streaming.access.held_off", "{request}", "Requests and publishers held off since their address guessed too often.");
        _connectionsRefused = meter.CreateCounter<long>(
            "streaming.access.connections_refused", "{connection}", "Connections closed since their address has too many.");
    }

    public void WrongGuess(string secret) => _wrongGuesses.Add(1, new KeyValuePair<string, object?>("secret", secret));

    public void HeldOff(string secret) => _heldOff.Add(1, new KeyValuePair<string, object?>("secret", secret));

    public void ConnectionRefused(string protocol) =>
        _connectionsRefused.Add(1, new KeyValuePair<string, object?>("protocol", protocol));
}
