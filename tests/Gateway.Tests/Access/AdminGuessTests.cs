using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Streaming.Gateway.Access;
using Streaming.Gateway.Tests.Nodes;

namespace Streaming.Gateway.Tests.Access;

/// <summary>Somebody guesses the admin token.</summary>
public sealed class AdminGuessTests
{
    [Fact]
    public async Task AdminToken_GuessedTooOften_IsHeldOffWithTheTimeToWait()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        for (var i = 0; i < AdminGuesses.Burst; i++)
        {
            await Problem.AssertAsync(HttpStatusCode.Unauthorized, await PutAsync(node, $"guess-{i}"));
        }

        using var heldOff = await Eventually.GetAsync(
            "the address is held off",
            () => PutAsync(node, Guid.NewGuid().ToString()),
            response => response.StatusCode == HttpStatusCode.TooManyRequests);

        await Problem.AssertAsync(HttpStatusCode.TooManyRequests, heldOff);
        Assert.InRange(heldOff.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), AdminGuesses.Interval);

        // What is known to be wrong is told so at any time, and who sends no token is asked for one.
        await Problem.AssertAsync(HttpStatusCode.Unauthorized, await PutAsync(node, $"guess-{AdminGuesses.Burst - 1}"));
        await Problem.AssertAsync(HttpStatusCode.Unauthorized, await node.Viewer.PutAsync("/api/channels/mine", null));
        Assert.Equal(HttpStatusCode.OK, (await node.Viewer.GetAsync("/api/channels")).StatusCode);
    }

    [Fact]
    public async Task AdminToken_GuessedBehindAKnownProxy_HoldsOffTheGuesserAlone()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false", "Access:Proxies=127.0.0.0/8");

        await Eventually.GetAsync(
            "the guesser is held off",
            () => PutAsync(node, Guid.NewGuid().ToString(), "203.0.113.7"),
            response => response.StatusCode == HttpStatusCode.TooManyRequests);

        using var response = await PutAsync(node, Node.AdminToken, "203.0.113.7, 203.0.113.8");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Fact]
    public async Task AdminToken_GuessedFromInventedAddresses_IsHeldOffAllTheSame()
    {
        await using var node = await Node.StartAsync("Ladder:Enabled=false");
        var guesses = 0;

        await Eventually.GetAsync(
            "the guesser is held off",
            () => PutAsync(node, Guid.NewGuid().ToString(), $"203.0.113.{++guesses % 256}"),
            response => response.StatusCode == HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public void AdminToken_Right_IsLookedAtAgainAfterTheWait()
    {
        var time = new FakeTimeProvider();
        using var meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var log = new CountingLogger<AdminGuesses>();
        var guesses = new AdminGuesses(time, ActivatorUtilities.CreateInstance<AccessInstruments>(meters), log);
        for (var i = 0; i < AdminGuesses.Burst; i++)
        {
            Assert.Null(guesses.HoldOff(Request($"Bearer {i}")));
            guesses.Refused(Request($"Bearer {i}"));
        }

        Assert.Equal(1, log.Lines);
        Assert.NotNull(guesses.HoldOff(Request("Bearer right")));
        Assert.NotNull(guesses.HoldOff(Request("Bearer right")));
        Assert.Equal(2, log.Lines);
        Assert.StartsWith("1 requests were held off", log.Newest, StringComparison.Ordinal);
        Assert.Null(guesses.HoldOff(Request("Bearer right", "192.0.2.2")));
        time.Advance(AdminGuesses.Interval);
        Assert.Null(guesses.HoldOff(Request("Bearer right")));

        // One line for the first; the others go into the next one, a while later.
        Assert.Equal(2, log.Lines);
        time.Advance(Tally.Interval);
        guesses.Refused(Request("Bearer another"));
        Assert.Equal(3, log.Lines);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{AdminGuesses.Burst} wrong"), log.Newest, StringComparison.Ordinal);
    }

    private static DefaultHttpContext Request(string authorization, string address = "192.0.2.1")
    {
        var context = new DefaultHttpContext();
        context.Request.Headers.Authorization = authorization;
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        return context;
    }

    private static async Task<HttpResponseMessage> PutAsync(Node node, string token, string? forwardedFor = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/channels/mine");
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        if (forwardedFor is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Forwarded-For", forwardedFor);
        }

        return await node.Viewer.SendAsync(request);
    }
}
