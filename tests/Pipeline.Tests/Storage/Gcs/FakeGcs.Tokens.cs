using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <content>Who gives out tokens: the metadata server of a machine (<c>GCE_METADATA_HOST</c>), and a security token service.</content>
internal sealed partial class FakeGcs
{
    private int _tokens;

    /// <summary>The newest token that was given out; the first is <c>token-1</c>.</summary>
    public string Token => $"token-{Volatile.Read(ref _tokens)}";

    /// <summary>Where a machine's service account gets its token.</summary>
    public Uri MachineTokens => new(Address, "/computeMetadata/v1/instance/service-accounts/default/token");

    /// <summary>Where somebody else's token is exchanged for one.</summary>
    public Uri ExchangedTokens => new(Address, "/sts/v1/token");

    /// <summary>Whether a token was signed by itself with the key of a service account, for storage (RFC 7523, without an
    /// exchange).</summary>
    public static bool IsSignedBy(RSA key, string account, string? token)
    {
        if (token?.Split('.') is not [var header, var claims, var signature])
        {
            return false;
        }

        using var said = JsonDocument.Parse(FromBase64Url(claims));
        return said.RootElement.GetProperty("iss").GetString() == account
            && said.RootElement.GetProperty("scope").GetString()!.Contains("devstorage", StringComparison.Ordinal)
            && key.VerifyData(
                Encoding.ASCII.GetBytes($"{header}.{claims}"),
                FromBase64Url(signature),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1);
    }

    private static byte[] FromBase64Url(string text) =>
        Convert.FromBase64String(text.Replace('-', '+').Replace('_', '/').PadRight((text.Length + 3) / 4 * 4, '='));

    private void MapTokens()
    {
        _app.MapGet("/", context =>
        {
            context.Response.Headers["Metadata-Flavor"] = "Google";
            return Task.CompletedTask;
        });
        _app.MapGet("/computeMetadata/v1/universe/universe-domain", static context => context.Response.WriteAsync("googleapis.com"));
        _app.MapGet("/computeMetadata/v1/instance/service-accounts/default/token", context =>
            context.Request.Headers["Metadata-Flavor"] == "Google"
                ? GiveAsync(context)
                : RefuseAsync(context, 403, "No flavor", "forbidden"));
        _app.MapPost("/sts/v1/token", async context =>
        {
            var form = await context.Request.ReadFormAsync();
            await (form["subject_token"] == "a token of another's" ? GiveAsync(context) : RefuseAsync(context, 400, "Whose?", "invalid"));
        });
    }

    private async Task GiveAsync(HttpContext context)
    {
        if (Begin(FakeRequest.Token, "") is { Kind: FakeFaultKind.Status } fault)
        {
            context.Response.StatusCode = fault.Status;
            await context.Response.WriteAsJsonAsync(new { error = fault.Reason, error_description = fault.Message });
            return;
        }

        await context.Response.WriteAsJsonAsync(new
        {
            access_token = $"token-{Interlocked.Increment(ref _tokens)}",
            issued_token_type = "urn:ietf:params:oauth:token-type:access_token",
            token_type = "Bearer",
            expires_in = 3600,
        });
    }
}
