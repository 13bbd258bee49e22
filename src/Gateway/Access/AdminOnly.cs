namespace Streaming.Gateway.Access;

/// <summary>Lets only the operator through to an endpoint.</summary>
internal sealed class AdminOnly(AdminToken token, AdminGuesses guesses) : IEndpointFilter
{
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (guesses.HoldOff(context.HttpContext) is { } heldOff)
        {
            return new(heldOff);
        }

        if (token.Admits(context.HttpContext.Request))
        {
            return next(context);
        }

        guesses.Refused(context.HttpContext);
        context.HttpContext.Response.Headers.WWWAuthenticate = "Bearer";
        return new(Results.Problem(
            title: "The admin token is missing or wrong.",
            detail: "Send it as 'Authorization: Bearer <token>'. It is in the file admin-token in the server's data folder, "
                + "unless it was configured.",
            statusCode: StatusCodes.Status401Unauthorized));
    }
}
