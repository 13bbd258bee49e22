using Google.Apis.Http;
using IHttpClientFactory = Google.Apis.Http.IHttpClientFactory;

namespace Streaming.Pipeline.Storage.Gcs;

/// <summary>
/// Connections to the service: as many as are allowed, none for ever, and no time limit beside those of <see cref="GcsRetry"/>.
/// </summary>
/// <param name="connectionsMax">Beyond it requests wait, within their own time limit.</param>
internal sealed class GcsHttpClientFactory(int connectionsMax) : IHttpClientFactory
{
    private readonly Handlers _handlers = new(connectionsMax);

    public ConfigurableHttpClient CreateHttpClient(CreateHttpClientArgs args)
    {
        var client = _handlers.CreateHttpClient(args);
        client.Timeout = Timeout.InfiniteTimeSpan;

        // A token that is not taken is renewed, and the request made once more. All else is our own.
        client.MessageHandler.NumTries = 2;
        client.MessageHandler.FollowRedirect = false;
        return client;
    }

    private sealed class Handlers(int connectionsMax) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = TimeSpan.FromSeconds(4),
            MaxConnectionsPerServer = connectionsMax,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),

            // The service's addresses change.
            PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        };
    }
}
