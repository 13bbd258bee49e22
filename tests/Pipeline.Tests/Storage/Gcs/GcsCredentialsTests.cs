using System.Security.Cryptography;
using Google.Apis.Auth.OAuth2;
using Streaming.Pipeline.Storage;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeFaultKind;
using static Streaming.Pipeline.Tests.Storage.Gcs.FakeRequest;

namespace Streaming.Pipeline.Tests.Storage.Gcs;

/// <summary>Who the node is to the service. Where credentials are looked for is tried with a whole node.</summary>
public sealed class GcsCredentialsTests : GcsScripted
{
    private const string Account = "node@project.iam.gserviceaccount.com";

    private readonly byte[] _bytes = Media(1000);

    [Fact]
    public async Task ServiceAccount_SignsItsTokensItself()
    {
        using var key = RSA.Create(2048);
        Fake.Authorizes = token => FakeGcs.IsSignedBy(key, Account, token);

        await StoreAsync(Open(WithCredentials, credential: AccountWith(key)), _bytes);

        Assert.Equal([Upload], Kinds);
    }

    [Fact]
    public async Task ServiceAccount_KeyIsNotTaken_SaysSoWithoutIt()
    {
        using var key = RSA.Create(2048);
        var sent = "";
        Fake.Authorizes = token =>
        {
            sent = token!;
            return false;
        };

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => StoreAsync(Open(WithCredentials, credential: AccountWith(key)), _bytes));

        Assert.StartsWith(
            "Google Cloud Storage does not know who this node is: Invalid Credentials.", refusal.Message, StringComparison.Ordinal);
        Assert.NotEmpty(sent);
        Assert.DoesNotContain(sent, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machine_TokenIsAskedForOnceAndRenewedWhenItIsNotTaken()
    {
        Fake.Authorizes = token => token == Fake.Token;
        var storage = Open(WithCredentials, credential: Machine());
        await StoreAsync(storage, _bytes, "a");
        await StoreAsync(storage, _bytes, "b");
        Assert.Equal(1, Fake.Count(Token));

        Fake.Authorizes = token => token == "token-2"; // The first was revoked.
        await StoreAsync(storage, _bytes, "c");

        Assert.Equal(2, Fake.Count(Token));
        Assert.Equal(3, Fake.Objects.Count);
    }

    [Fact]
    public async Task Machine_TokensComeLater_IsTriedAgain()
    {
        Fake.Authorizes = token => token == Fake.Token;
        Fake.Fail([.. Enumerable.Repeat(new FakeFault(Token, Status, 503), 5)]);

        await StoreAsync(Open(WithCredentials, credential: Machine()), _bytes);

        Assert.Single(Fake.Objects);
    }

    [Fact]
    public async Task Machine_HasNoServiceAccount_SaysSo()
    {
        Fake.Always = new(Token, Status, 404, Reason: "not_found", Message: "no service account");

        var refusal = await Assert.ThrowsAsync<StorageUnavailableException>(
            () => StoreAsync(Open(WithCredentials, credential: Machine()), _bytes));

        Assert.Contains("does not know who this node is: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("service account that the machine runs as", refusal.Message, StringComparison.Ordinal);
    }

    private Streaming.Pipeline.Storage.Gcs.GcsOptions WithCredentials => Patient with { IsEmulator = false };

    private static GoogleCredential AccountWith(RSA key) => GoogleCredential.FromServiceAccountCredential(
        new ServiceAccountCredential(new ServiceAccountCredential.Initializer(Account) { Key = key }));

    private GoogleCredential Machine() => GoogleCredential.FromComputeCredential(
        new ComputeCredential(new ComputeCredential.Initializer(Fake.MachineTokens.AbsoluteUri)
        {
            DefaultExponentialBackOffPolicy = Google.Apis.Http.ExponentialBackOffPolicy.None, // It would try again after seconds.
        }));
}
