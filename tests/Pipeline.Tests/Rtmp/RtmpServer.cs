using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Streaming.Pipeline.Rtmp;
using Streaming.Pipeline.Rtmp.Session;

namespace Streaming.Pipeline.Tests.Rtmp;

/// <summary>A running <see cref="RtmpConnection"/> in memory, its clock, what it asked and what it received.</summary>
internal sealed class RtmpServer : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    private RtmpServer(RtmpLimits limits, PublishAuthorizer? authorizer, int toServerMax, int toClientMax, ILogger? logger)
    {
        var (server, client) = DuplexPipe.CreatePair(toServerMax, toClientMax);
        Transport = client;
        Publisher = new ScriptedPublisher(client);
        var connection = new RtmpConnection(
            server,
            limits,
            authorizer ?? AcceptAsync,
            Time,
            logger ?? NullLogger.Instance,
            "test",
            null);
        Completion = connection.RunAsync(_stop.Token);
    }

    public FakeTimeProvider Time { get; } = new();

    public DuplexPipe Transport { get; }

    public ScriptedPublisher Publisher { get; private set; }

    public RecordingPublication Publication { get; private set; } = new();

    public List<PublishRequest> Requests { get; } = [];

    public Task Completion { get; }

    public static RtmpServer Start(
        RtmpLimits? limits = null,
        PublishAuthorizer? authorizer = null,
        int toServerMax = 65_536,
        int toClientMax = 65_536,
        ILogger? logger = null) => new(limits ?? new RtmpLimits(), authorizer, toServerMax, toClientMax, logger);

    /// <summary>A server with a publisher that is publishing live/key.</summary>
    public static async Task<RtmpServer> PublishingAsync(RtmpLimits? limits = null)
    {
        var server = Start(limits);
        server.Publisher = await ScriptedPublisher.PublishingAsync(server.Transport);
        return server;
    }

    public void Stop() => _stop.Cancel();

    /// <summary>Waits for the end of the connection, which must come without the clock.</summary>
    public Task EndAsync() => Completion.WaitAsync(ScriptedPublisher.Patience);

    /// <summary>Lets time pass until the connection ends, since only its own thread knows when its last timer starts.</summary>
    public async Task EndInTimeAsync()
    {
        using var patience = new CancellationTokenSource(ScriptedPublisher.Patience);
        while (!Completion.IsCompleted)
        {
            patience.Token.ThrowIfCancellationRequested();
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(Completion, Task.Delay(5));
        }

        await Completion;
    }

    /// <summary>Moves the clock a second at a time, as the connection's own timer would.</summary>
    public void Advance(TimeSpan by)
    {
        for (var passed = TimeSpan.Zero; passed < by; passed += TimeSpan.FromSeconds(1))
        {
            Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Publisher.DisposeAsync();
        await _stop.CancelAsync();
        await EndAsync();
        _stop.Dispose();
    }

    private ValueTask<PublishAnswer> AcceptAsync(PublishRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        if (Publication.Ends > 0)
        {
            Publication = new RecordingPublication();
        }

        return ValueTask.FromResult<PublishAnswer>(new PublishAnswer.Accepted(Publication));
    }
}
