namespace Bnn.Benchmarks;

/// <summary>What was asked for cannot be done: the message is for whoever asked.</summary>
internal sealed class UsageException(string message) : Exception(message);
