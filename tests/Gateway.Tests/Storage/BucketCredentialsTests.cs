using System.Security.Cryptography;
using System.Text.Json;
using Streaming.Gateway.Tests.Nodes;
using Streaming.Pipeline.Tests.Storage.Gcs;

namespace Streaming.Gateway.Tests.Storage;

/// <summary>The program finds who it is by itself: application default credentials, as its environment has them.</summary>
public sealed class BucketCredentialsTests : IAsyncLifetime
{
    private const string Account = "node@project.iam.gserviceaccount.com";

    private readonly string _folder = Directory.CreateTempSubdirectory("streaming-credentials-").FullName;
    private FakeGcs _fake = null!;

    public async ValueTask InitializeAsync()
    {
        _fake = await FakeGcs.StartAsync();
        _fake.Authorizes = token => token == _fake.Token;
    }

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task ServiceAccountsKey_OfAFile_IsUsed()
    {
        using var key = RSA.Create(2048);
        _fake.Authorizes = token => FakeGcs.IsSignedBy(key, Account, token);

        await AssertTakesMediaAsync(("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync(KeyFile(key.ExportPkcs8PrivateKeyPem()))));
    }

    [Fact]
    public async Task MetadataServer_OfTheMachine_IsUsed() =>
        await AssertTakesMediaAsync(("GCE_METADATA_HOST", _fake.Address.Authority), ("HOME", _folder));

    [Fact]
    public async Task MetadataServer_ThatComesLate_IsUsedWhenItIsThere()
    {
        var address = _fake.Address;
        await _fake.DisposeAsync(); // Only its port is known as yet.
        await using var node = Start(("GCE_METADATA_HOST", address.Authority), ("HOME", _folder));
        await LineAsync(node, "takes no media as yet");

        _fake = await FakeGcs.StartAsync(address.Port);
        _fake.Authorizes = token => token == _fake.Token;

        using var client = new HttpClient { BaseAddress = await node.AddressAsync() };
        await Eventually.HoldsAsync("it is ready", async () =>
        {
            using var ready = await client.GetAsync("/health/ready");
            return ready.IsSuccessStatusCode;
        });
    }

    [Fact]
    public async Task WorkloadIdentityFederation_ExchangesAnothersToken()
    {
        var subject = Path.Combine(_folder, "token");
        await File.WriteAllTextAsync(subject, "a token of another's");

        await AssertTakesMediaAsync(("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync(new
        {
            type = "external_account",
            audience = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/q",
            subject_token_type = "urn:ietf:params:oauth:token-type:jwt",
            token_url = _fake.ExchangedTokens.AbsoluteUri,
            credential_source = new { file = subject },
        })));
    }

    [Fact]
    public async Task Emulator_OfTheEnvironment_IsAskedWithoutCredentials()
    {
        _fake.Authorizes = static token => token is null;
        await using var node = NodeProcess.Start(
            null, ("Storage:Kind", "gcs"), ("Storage:Bucket", _fake.Bucket), ("STORAGE_EMULATOR_HOST", _fake.Address.Authority));

        await LineAsync(node, $"Media is kept in the bucket {_fake.Bucket} of the emulator at {_fake.Address}");
    }

    [Fact]
    public async Task None_IsToldInASentence_AndTheNodeRuns()
    {
        await using var node = Start(("HOME", _folder), ("GCE_METADATA_HOST", "127.0.0.1:1"));

        var line = await LineAsync(node, "takes no media as yet");

        Assert.Contains("does not know who this node is: Your default credentials were not found.", line, StringComparison.Ordinal);
        await node.AddressAsync();
    }

    [Fact]
    public async Task KeyThatIsNone_IsToldWithoutTheKey()
    {
        const string secret = "c2VjcmV0IG9mIGFuIGFjY291bnQ";
        await using var node = Start(("GOOGLE_APPLICATION_CREDENTIALS", await WriteAsync(
            KeyFile($"-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----\n"))));

        await LineAsync(node, "takes no media as yet");

        await node.AddressAsync();
        Assert.Equal(0, await node.StopAsync());
        Assert.All(node.Output, line => Assert.DoesNotContain(secret, line, StringComparison.Ordinal));
    }

    private static object KeyFile(string privateKey) => new
    {
        type = "service_account",
        project_id = "project",
        private_key_id = "1",
        private_key = privateKey,
        client_email = Account,
        client_id = "1",
        token_uri = "http://127.0.0.1:1/token",
    };

    private async Task<string> WriteAsync(object credentials)
    {
        var path = Path.Combine(_folder, "credentials.json");
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(credentials));
        return path;
    }

    private NodeProcess Start(params (string, string)[] environment) => NodeProcess.Start(
        null,
        [("Storage:Kind", "gcs"), ("Storage:Bucket", _fake.Bucket), ("Storage:Endpoint", _fake.Address.AbsoluteUri), .. environment]);

    private async Task AssertTakesMediaAsync(params (string, string)[] environment)
    {
        await using var node = Start(environment);

        await LineAsync(node, $"Media is kept in the bucket {_fake.Bucket} at {_fake.Address}");

        Assert.Contains((FakeRequest.Upload, ""), _fake.Requests);
        Assert.All(node.Output, line => Assert.DoesNotContain("token-1", line, StringComparison.Ordinal));
    }

    private static Task<string> LineAsync(NodeProcess node, string part) => Eventually.GetAsync(
        $"a line with '{part}'",
        () => Task.FromResult(node.Output.FirstOrDefault(line => line.Contains(part, StringComparison.Ordinal)) ?? ""),
        line => line.Length > 0);
}
