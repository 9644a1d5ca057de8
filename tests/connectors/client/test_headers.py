from connectors.client.headers import Headers


def test_names_compare_without_case_and_keep_the_last():
    headers = Headers({"Content-Type": "text/plain", "X-A": "1"})
    headers["content-type"] = "application/json"
    assert (headers["CONTENT-TYPE"], headers.get("Content-type"), headers.get("x-b")) == (
        "application/json",
        "application/json",
        None,
    )
    assert headers.get("x-b", "none") == "none"
    assert list(headers.items()) == [("content-type", "application/json"), ("X-A", "1")]
    assert dict(headers) == {"content-type": "application/json", "X-A": "1"}
    assert {**headers, "B": "2"} == {"content-type": "application/json", "X-A": "1", "B": "2"}
    del headers["x-a"]
    assert ("X-A" in headers, len(headers)) == (False, 1)
